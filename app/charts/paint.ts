import type { Palette } from './palette.ts';

/** A picture at the data's resolution, one pixel a value, reused from frame to frame. */
export interface PixelBuffer {
  /** Pixels of a picture of this size, [rows * columns], to be overwritten. */
  size(columns: number, rows: number): Uint32Array;
  /** The picture with these pixels, to be scaled up without smoothing. */
  picture(): OffscreenCanvas;
}

/** A reusable picture. */
export function createPixelBuffer(): PixelBuffer {
  const picture = new OffscreenCanvas(1, 1);
  const context = picture.getContext('2d')!;
  let image = new ImageData(1, 1);
  let pixels = new Uint32Array(image.data.buffer);
  return {
    size(columns, rows) {
      if (image.width !== columns || image.height !== rows) {
        picture.width = columns;
        picture.height = rows;
        image = new ImageData(columns, rows);
        pixels = new Uint32Array(image.data.buffer);
      }
      return pixels;
    },
    picture() {
      context.putImageData(image, 0, 0);
      return picture;
    },
  };
}

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Fills a box with diagonal lines, which go on from box to box: values that are not numbers. */
export function hatch(context: CanvasRenderingContext2D, { x, y, width, height }: Box, colour: string): void {
  context.save();
  context.beginPath();
  context.rect(x, y, width, height);
  context.clip();
  context.strokeStyle = colour;
  context.lineWidth = 1;
  context.beginPath();
  for (let sum = Math.ceil((x + y) / 4) * 4; sum < x + width + y + height; sum += 4) {
    context.moveTo(sum - y - height, y + height);
    context.lineTo(sum - y, y);
  }
  context.stroke();
  context.restore();
}

/** Words in the middle of an empty picture. */
export function caption(
  context: CanvasRenderingContext2D,
  text: string,
  { width, height }: { readonly width: number; readonly height: number },
  palette: Palette,
): void {
  context.fillStyle = palette.muted;
  context.font = '12px system-ui, sans-serif';
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, width / 2, height / 2);
}

/** The sign of a lane, the same in labels and charts: a grey disc, an accent one, a ring. */
export function laneMark(
  context: CanvasRenderingContext2D,
  lane: number,
  x: number,
  y: number,
  radius: number,
  palette: Palette,
): void {
  context.beginPath();
  if (lane === 2) {
    context.arc(x, y, radius - 0.5, 0, 2 * Math.PI);
    context.strokeStyle = palette.muted;
    context.lineWidth = 1.25;
    context.fillStyle = palette.paper;
    context.fill();
    context.stroke();
    return;
  }
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = lane === 1 ? palette.accent : palette.muted;
  context.fill();
}
