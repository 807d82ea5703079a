import type { ColourScale } from './colour-scale.ts';
import type { Columns } from './columns.ts';
import type { PlotSize } from './map-view.ts';
import { caption, hatch, type PixelBuffer } from './paint.ts';
import type { Palette } from './palette.ts';
import {
  cellState,
  paintTokenPixels,
  pictureRows,
  type RowGeometry,
  rowTop,
  type TokenCells,
} from './token-grid.ts';

export interface TokenMapPicture {
  /** Values at the columns from `first` on. */
  readonly cells: TokenCells;
  readonly columns: Columns;
  readonly first: number;
  /** Where the canvas begins on the columns, in CSS pixels. */
  readonly origin: number;
  readonly rows: RowGeometry;
  readonly scale: ColourScale;
}

/** Draws watched neurons by tokens; every neuron has a row a lane. `buffer` holds the cells, a pixel each. */
export function paintTokenMap(
  context: CanvasRenderingContext2D,
  size: PlotSize,
  { cells, columns, first, origin, rows, scale }: TokenMapPicture,
  palette: Palette,
  buffer: PixelBuffer,
): void {
  const height = pictureRows(cells.neurons, rows);
  const pixels = buffer.size(Math.max(1, cells.columns), Math.max(1, height));
  const { high, invalid } = paintTokenPixels(cells, rows, scale, palette.ramp, pixels);
  const picture = buffer.picture();
  const top = rowTop(0, 0, rows);
  context.imageSmoothingEnabled = false;
  for (let column = 0; column < cells.columns; column++) {
    const x = columns.edges[first + column]! - origin;
    const width = columns.edges[first + column + 1]! - columns.edges[first + column]!;
    context.drawImage(picture, column, 0, 1, height, x, top, width, height * rows.rowHeight);
    if (invalid === 0) continue;
    for (let row = 0; row < cells.neurons * rows.lanes; row++) {
      const i = row * cells.columns + column;
      if (cells.state[i] === cellState.missing || !Number.isNaN(cells.values[i]!)) continue;
      const y = rowTop(Math.floor(row / rows.lanes), row % rows.lanes, rows);
      hatch(context, { x, y, width, height: rows.rowHeight }, palette.muted);
    }
  }
  if (invalid === 0 && high === 0 && cells.columns > 0 && cells.state.includes(cellState.read)) {
    caption(context, 'no activation', size, palette);
  }
}
