/** Columns that a signature names, of all layers together; every layer gives two at least. */
const COLUMNS = 128;
const DIGITS = 5;

/** Two norms that differ by nothing but the rounding of their digits and of float16 weights. */
const FLOOR = 0.0005;
/** How much more than expected rounding may change norms: rounding to a shared range or with a search does. */
const MARGIN = 2;
/** Weights drawn anew change the norms by 0.1 and more, whatever their precision. */
const LARGEST = 0.08;

/**
 * What tells a model's weights apart from another's whatever the precision that they are kept in: L2 norms of a fixed
 * choice of the down projections' columns.
 */
export interface WeightSignature {
  /** Norms, one layer after another, five digits each, with spaces between them. */
  readonly columnNorms: string;
  /** Rows of a column, the size of the residual stream. */
  readonly hidden: number;
  /** Expected rounding error of a weight, as its file keeps it, over the weights' root mean square. */
  readonly error: number;
}

/** Neurons of a layer whose norms are in the signature, evenly spaced. */
function chosen(width: number, layers: number): number[] {
  const count = Math.min(width, Math.max(2, Math.ceil(COLUMNS / layers)));
  return Array.from({ length: count }, (_, i) => Math.floor(((i + 0.5) * width) / count));
}

/**
 * The signature of a model.
 * @param layers its down projections with the L2 norms of their columns, [width] each
 * @param error relative rounding error of the weights as the file keeps them, 0 for float32
 */
export function weightSignature(
  layers: readonly { readonly hidden: number; readonly columnNorms: Float32Array }[],
  error: number,
): WeightSignature {
  const norms = layers.flatMap(({ columnNorms }) =>
    chosen(columnNorms.length, layers.length).map((neuron) => columnNorms[neuron]),
  );
  return {
    columnNorms: norms.map((norm) => String(Number(norm.toPrecision(DIGITS)))).join(' '),
    hidden: layers[0]?.hidden ?? 0,
    error: Number(error.toPrecision(3)),
  };
}

export interface WeightDifference {
  /** Root mean square of the norms' relative differences. */
  readonly found: number;
  /** The most that the rounding of both precisions explains. */
  readonly explained: number;
}

/**
 * How far two models of the same shape are apart. Rounding adds to each weight an error of relative size e: over a
 * column of n weights that changes the norm by about e / sqrt(n) either way and makes it e^2 / 2 longer.
 * @returns undefined where the signatures cannot be compared
 */
export function compareSignatures(a: WeightSignature, b: WeightSignature): WeightDifference | undefined {
  const [first, second] = [a, b].map(({ columnNorms }) => columnNorms.split(' ').map(Number));
  if (first.length !== second.length || a.hidden !== b.hidden) return undefined;
  const squares = first.map((norm, i) => {
    const larger = Math.max(norm, second[i]);
    return larger === 0 ? 0 : ((norm - second[i]) / larger) ** 2;
  });
  const variance = a.error ** 2 + b.error ** 2;
  const expected = Math.sqrt(variance / a.hidden) + variance / 2;
  return {
    found: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length),
    explained: Math.min(LARGEST, FLOOR + MARGIN * expected),
  };
}
