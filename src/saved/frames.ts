/** Values of one position, as the record keeps them. */
export interface Frame {
  readonly overview: Float32Array;
  readonly profile: Float32Array;
  readonly watched: Float32Array;
}

/**
 * Values from 0 to `max` in at most 8 bits, finer near 0: level = highest sqrt(value / max). The level above the highest
 * stands for NaN; negative values become 0.
 * @param highest at most 254
 */
export function quantise(values: Float32Array, max: number, highest: number): Uint8Array {
  return Uint8Array.from(values, (value) => {
    if (Number.isNaN(value)) return highest + 1;
    return value > 0 && max > 0 ? Math.round(highest * Math.sqrt(Math.min(1, value / max))) : 0;
  });
}

/** The values of levels. */
export function dequantise(bytes: Uint8Array, max: number, highest: number): Float32Array {
  return Float32Array.from(bytes, (level) => (level > highest ? Number.NaN : max * (level / highest) ** 2));
}

/** An overview with `by` bins in one, the largest value of them; [layers * bins] to [layers * bins / by]. */
export function coarser(overview: Float32Array, by: number): Float32Array {
  return Float32Array.from({ length: overview.length / by }, (_, i) =>
    Math.max(...overview.subarray(i * by, (i + 1) * by)),
  );
}

/** The largest finite value; 0 where there is none above. */
export function finiteMaximum(values: Float32Array): number {
  let max = 0;
  for (const value of values) if (value > max && value < Infinity) max = value;
  return max;
}

/** Frames without repetitions: lanes that read the same with the same scales have equal ones. */
export interface FramePool {
  readonly frames: readonly Frame[];
  /** For each lane and position the index of its frame; -1 where none was read. */
  readonly positions: readonly (readonly number[])[];
}

function sameValues(a: Float32Array, b: Float32Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}

function sameFrame(a: Frame, b: Frame): boolean {
  return (
    sameValues(a.watched, b.watched) && sameValues(a.profile, b.profile) && sameValues(a.overview, b.overview)
  );
}

/** Pools the frames of lanes, each by position; a frame is shared with the same position of a lane before. */
export function poolFrames(lanes: readonly (readonly (Frame | undefined)[])[]): FramePool {
  const frames: Frame[] = [];
  const positions: number[][] = [];
  for (const lane of lanes) {
    positions.push(
      Array.from(lane, (frame, position) => {
        if (!frame) return -1;
        const known = positions
          .map((other) => other[position] ?? -1)
          .find((i) => i >= 0 && sameFrame(frames[i]!, frame));
        return known ?? frames.push(frame) - 1;
      }),
    );
  }
  return { frames, positions };
}
