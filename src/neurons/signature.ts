/** Columns and gains that a signature names, of all layers together; every layer gives two at least. */
const COLUMNS = 128;
const GAINS = 64;
const DIGITS = 5;

/** Two norms that differ by nothing but the rounding of their digits and of float16 weights. */
const FLOOR = 0.0005;
/** How much more than expected rounding may change norms: rounding to a shared range or with a search does. */
const MARGIN = 2;
/** Weights drawn anew change the norms by 0.1 and more, whatever their precision. */
const LARGEST = 0.08;
/** Gains are floats in every precision; float16 changes one by 0.05 % at most. */
const GAIN_ROUNDING = 0.001;

/**
 * What tells a model's weights apart from another's whatever the precision that they are kept in: L2 norms of a fixed
 * choice of the down projections' columns, and the gains of norms, which no precision rounds.
 */
export interface WeightSignature {
  /** Norms, one layer after another, five digits each, with spaces between them. */
  readonly columnNorms: string;
  /** Weights of the norms before the MLPs, written alike; left out where they are not known. */
  readonly gains?: string;
  /** Rows of a column, the size of the residual stream. */
  readonly hidden: number;
  /** Expected rounding error of a weight, as its file keeps it, over the weights' root mean square. */
  readonly error: number;
}

/** About `wanted` of all layers' numbers, evenly spaced, as text. */
function chosen(layers: readonly Float32Array[], wanted: number): string {
  const numbers = layers.flatMap((values) => {
    const count = Math.min(values.length, Math.max(2, Math.ceil(wanted / layers.length)));
    return Array.from({ length: count }, (_, i) => values[Math.floor(((i + 0.5) * values.length) / count)]);
  });
  return numbers.map((value) => String(Number(value.toPrecision(DIGITS)))).join(' ');
}

const numbersOf = (text: string) => text.split(' ').map(Number);

/**
 * The signature of a model.
 * @param layers its down projections with the L2 norms of their columns, [width] each
 * @param gains weights of the norms before the MLPs by layer, [hidden] each, where they are known
 * @param error relative rounding error of the weights as the file keeps them, 0 for float32
 */
export function weightSignature(
  layers: readonly { readonly hidden: number; readonly columnNorms: Float32Array }[],
  error: number,
  gains?: readonly Float32Array[],
): WeightSignature {
  const norms = layers.map(({ columnNorms }) => columnNorms);
  return {
    columnNorms: chosen(norms, COLUMNS),
    ...(gains && { gains: chosen(gains, GAINS) }),
    hidden: layers[0]?.hidden ?? 0,
    error: Number(error.toPrecision(3)),
  };
}

export interface WeightDifference {
  /** Root mean square of the norms' relative differences. */
  readonly found: number;
  /** The most that the rounding of both precisions explains. */
  readonly explained: number;
  /** Difference of the gains over their root mean square where it is more than float16 explains. */
  readonly gains?: number;
}

function gainDifference(a: string, b: string): number | undefined {
  const [first, second] = [numbersOf(a), numbersOf(b)];
  if (first.length !== second.length) return undefined;
  const squares = first.reduce((sum, gain, i) => sum + (gain - second[i]) ** 2, 0);
  const size = first.reduce((sum, gain, i) => sum + (gain ** 2 + second[i] ** 2) / 2, 0);
  const difference = size === 0 ? 0 : Math.sqrt(squares / size);
  return difference > GAIN_ROUNDING ? difference : undefined;
}

/**
 * How far two models of the same shape are apart. Rounding adds to each weight an error of relative size e: over a
 * column of n weights that changes the norm by about e / sqrt(n) either way and makes it e^2 / 2 longer.
 * @returns undefined where the signatures cannot be compared
 */
export function compareSignatures(a: WeightSignature, b: WeightSignature): WeightDifference | undefined {
  const [first, second] = [a, b].map(({ columnNorms }) => numbersOf(columnNorms));
  if (first.length !== second.length || a.hidden !== b.hidden) return undefined;
  const squares = first.map((norm, i) => {
    const larger = Math.max(norm, second[i]);
    return larger === 0 ? 0 : ((norm - second[i]) / larger) ** 2;
  });
  const variance = a.error ** 2 + b.error ** 2;
  const expected = Math.sqrt(variance / a.hidden) + variance / 2;
  const gains = a.gains && b.gains ? gainDifference(a.gains, b.gains) : undefined;
  return {
    ...(gains !== undefined && { gains }),
    found: Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / squares.length),
    explained: Math.min(LARGEST, FLOOR + MARGIN * expected),
  };
}
