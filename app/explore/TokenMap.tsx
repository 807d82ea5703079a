import { useCallback, useMemo } from 'react';
import { useStore } from 'zustand';
import { CanvasView, type Paint } from '../charts/CanvasView.tsx';
import { type ColourScale, robustMaximum } from '../charts/colour-scale.ts';
import { type Columns, columnAt, visibleColumns } from '../charts/columns.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { caption, createPixelBuffer, hatch } from '../charts/paint.ts';
import { cellState, mapHeight, paintTokenPixels, pictureRows, rowAt, rowTop } from '../charts/token-grid.ts';
import { Disclosure } from '../controls/Disclosure.tsx';
import { Table } from '../controls/Table.tsx';
import { positionCount, textAt, usePalette, useRecord, useSelected, useSession } from '../state/hooks.ts';
import { type LaneIndex, laneIndices, laneNames, type RunRecord, valuesAt } from '../state/record.ts';
import { neuronKey } from '../state/slices/steering.ts';
import { Cursor } from './Cursor.tsx';
import { Legend } from './Legend.tsx';
import { spokenToken } from './label.ts';
import { tokenCells } from './tokenCells.ts';
import type { Viewport } from './useTokenColumns.ts';

const rows = { lanes: laneIndices.length, rowHeight: 7 };

/** Range of the map's colours: what the watched neurons reach at most tokens of any lane. */
export function watchedScale(record: RunRecord): ColourScale {
  const peaks = laneIndices.map((lane) => {
    const { current, stale } = record.lane(lane);
    const values = current.watched.length > 0 ? current.watched : (stale?.watched ?? []);
    return Array.from(values, (watched) => (watched ? Math.max(0, ...watched) : Number.NaN));
  });
  return { max: robustMaximum(peaks, 0.95) };
}

/** Watched neurons over the columns of tokens; every neuron has a row for each lane. */
export function TokenMap({ columns, viewport }: { readonly columns: Columns; readonly viewport: Viewport }) {
  const { stores } = useSession();
  const record = useRecord();
  const palette = usePalette();
  const buffer = useMemo(createPixelBuffer, []);
  const hovered = useStore(stores.selection, ({ neuron }) => neuron && neuronKey(neuron));
  const layout = useStore(stores.view, (state) => state.layout);
  const { watched } = record.shape;
  const scale = watchedScale(record);
  const origin = viewport.left;
  const row = watched.findIndex((neuron) => neuronKey(neuron) === hovered);

  const paint: Paint = useCallback(
    (context, size) => {
      const [first, end] = visibleColumns(columns, origin, origin + size.width);
      const cells = tokenCells(record, first, end);
      const pixels = buffer.size(Math.max(1, cells.columns), Math.max(1, pictureRows(cells.neurons, rows)));
      const { active, invalid } = paintTokenPixels(cells, rows, scale, palette.ramp, pixels);
      const picture = buffer.picture();
      context.imageSmoothingEnabled = false;
      for (let column = 0; column < cells.columns; column++) {
        const x = columns.edges[first + column]! - origin;
        const width = columns.edges[first + column + 1]! - columns.edges[first + column]!;
        context.drawImage(picture, column, 0, 1, picture.height, x, rowTop(0, 0, rows), width, size.height);
        if (invalid === 0) continue;
        for (let r = 0; r < cells.neurons * rows.lanes; r++) {
          const i = r * cells.columns + column;
          if (cells.state[i] === cellState.missing || !Number.isNaN(cells.values[i]!)) continue;
          const y = rowTop(Math.floor(r / rows.lanes), r % rows.lanes, rows);
          hatch(context, { x, y, width, height: rows.rowHeight }, palette.muted);
        }
      }
      if (cells.columns > 0 && !active && cells.state.includes(cellState.read)) {
        caption(context, 'no activation', size, palette);
      }
    },
    [buffer, record, columns, origin, palette, scale],
  );

  function point(x: number, y: number) {
    const position = columnAt(columns, x + origin);
    const cell = rowAt(y, watched.length, rows);
    if (position === undefined || !cell) return leave();
    stores.selection.setState({
      hover: { lane: cell.lane as LaneIndex, position },
      neuron: watched[cell.neuron],
    });
  }

  function leave() {
    stores.selection.setState({ hover: undefined, neuron: undefined });
  }

  function pick() {
    stores.selection.setState({ pin: stores.selection.getState().hover });
  }

  return (
    <div className="map" style={{ height: mapHeight(watched.length, rows) }}>
      {layout === 'text' && <Cursor columns={columns} viewport={viewport} />}
      <div className="map-labels">
        {watched.map((neuron, i) => (
          <span
            key={neuronKey(neuron)}
            className={i === row ? 'map-label map-label-hovered' : 'map-label'}
            style={{ top: rowTop(i, 1, rows) + rows.rowHeight / 2 }}
          >
            {neuronKey(neuron)}
          </span>
        ))}
      </div>
      <div
        className="map-canvas"
        style={{
          left: viewport.gutter + origin,
          width: Math.max(0, Math.min(columns.width, viewport.right) - origin),
        }}
      >
        <CanvasView
          label="Token map"
          description={`Activation (CETT) of ${watched.length} watched neurons at every token, in three lanes`}
          paint={paint}
          subscribe={record.subscribe}
          onPoint={point}
          onLeave={leave}
          onPick={pick}
        />
      </div>
    </div>
  );
}

/** Title, hovered value and colours of the token map. */
export function TokenMapHead({ width }: { readonly width: number }) {
  const { stores } = useSession();
  const record = useRecord();
  const { name } = useStore(stores.steering);
  const neuron = useStore(stores.selection, (state) => state.neuron);
  const at = useSelected();
  const row = neuron ? record.shape.watched.findIndex((other) => neuronKey(other) === neuronKey(neuron)) : -1;
  const value = row >= 0 ? valuesAt(record, at.lane, at.position, 'watched')?.[row] : undefined;
  return (
    <div className="panel-head map-head" style={{ width }}>
      <h2>
        <b>b</b> {name.charAt(0).toUpperCase() + name.slice(1)}
      </h2>
      <p className="readout">
        {neuron && row >= 0
          ? `${laneNames[at.lane]}, layer ${neuron.layer}, neuron ${neuron.neuron}: CETT ${formatCett(value)}`
          : 'rows of a neuron: unsteered, steered, control'}
      </p>
      <Legend scale={watchedScale(record)} />
    </div>
  );
}

/** The token map's numbers for the lane in view, as a table. */
export function TokenMapTable() {
  const record = useRecord();
  const { lane } = useSelected();
  return (
    <Disclosure title="Token map as a table">
      {() => (
        <Table
          caption={`CETT of the watched neurons at each position, ${laneNames[lane]}`}
          head={['Position', 'Token', ...record.shape.watched.map(neuronKey)]}
          rows={Array.from({ length: positionCount(record) }, (_, position) => [
            String(position),
            spokenToken(textAt(record, { lane, position }) ?? ''),
            ...record.shape.watched.map((_, i) =>
              formatCett(valuesAt(record, lane, position, 'watched')?.[i]),
            ),
          ])}
        />
      )}
    </Disclosure>
  );
}
