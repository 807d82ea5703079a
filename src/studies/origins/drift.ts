import type { OnProgress } from '../../lib/bytes/progress.ts';
import { EngineError } from '../../lib/errors.ts';
import { createPacer } from '../../lib/stats/pace.ts';
import { formatNeuron, neuronLayout } from '../../neurons/layout.ts';
import { checkPair, type MlpMatrix, type MlpWeights, type ModuleName, transposed } from './mlp-weights.ts';

/** Weights of each model that are held at a time. */
const SLICE = 2 ** 20;

/** How far one module's weights of every neuron moved. */
export interface ModuleDrift {
  readonly module: ModuleName;
  /** 1 - cosine of the neuron's weights in the one model and in the other, [total], 0 to 2. */
  readonly distance: Float64Array;
  /** Of the distances of all neurons; the deviation is that of the population. */
  readonly mean: number;
  readonly deviation: number;
}

/** How far every neuron moved from a base model to the one that was trained from it. */
export interface Drift {
  readonly modules: readonly ModuleDrift[];
  /** Mean over the modules of the distances' z-scores over all neurons, [total]; 0 where no neuron moved more than another. */
  readonly score: Float64Array;
  /** L2 norms of the down projections' columns by layer, [width] each. */
  readonly columnNorms: Readonly<Record<'base' | 'instruct', readonly Float32Array[]>>;
}

/** Products of neurons' weights, [width] each. */
interface Products {
  readonly both: Float64Array;
  readonly base: Float64Array;
  readonly instruct: Float64Array;
}

function addRows(
  { both, base, instruct }: Products,
  a: Float32Array,
  b: Float32Array,
  { columns, neuronsAre }: MlpMatrix,
  first: number,
): void {
  const isRow = neuronsAre === 'rows';
  for (let at = 0; at < a.length; at += columns) {
    const row = first + at / columns;
    for (let column = 0; column < columns; column++) {
      const x = a[at + column];
      const y = b[at + column];
      const neuron = isRow ? row : column;
      both[neuron] += x * y;
      base[neuron] += x * x;
      instruct[neuron] += y * y;
    }
  }
}

/** 1 - cosine; 0 between two vectors of zeros and 1 where one of them is. */
function distanceOf(product: number, a: number, b: number): number {
  if (a === 0 && b === 0) return 0;
  if (a === 0 || b === 0) return 1;
  // The root of a square is exact, so equal vectors have no distance; rounding must not make one negative.
  return Math.max(0, 1 - product / Math.sqrt(a * b));
}

/** Mean and population deviation. */
function moments(values: Float64Array): { readonly mean: number; readonly deviation: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, deviation: Math.sqrt(squares / values.length) };
}

/** Whether all values are the same; their deviation may then be off 0 by rounding. */
const isConstant = (values: Float64Array) => values.every((value) => value === values[0]);

/** Mean of the modules' z-scores, [total]. */
function scoresOf(modules: readonly ModuleDrift[], total: number): Float64Array {
  const score = new Float64Array(total);
  for (const { distance, mean, deviation } of modules) {
    if (isConstant(distance)) continue;
    for (let j = 0; j < total; j++) score[j] += (distance[j] - mean) / deviation / modules.length;
  }
  return score;
}

/**
 * Compares every neuron's gate row, up-projection row and down-projection column between two models: 1 - cosine,
 * z-scored for each module over all neurons, and averaged over the modules (the drift of Gao et al. 2025, H-Neurons).
 * Both files are read a slice at a time, so neither model is held.
 * @throws EngineError `bad-input` where the models are no pair, `load-failed` where weights are not finite; the signal's
 *   reason where it is aborted
 */
export async function driftBetween(
  base: MlpWeights,
  instruct: MlpWeights,
  { signal, onProgress }: { readonly signal?: AbortSignal; readonly onProgress?: OnProgress } = {},
): Promise<Drift> {
  checkPair(base, instruct);
  const layout = neuronLayout(base.widths);
  const pause = createPacer(signal);
  const distances = base.modules.map(() => new Float64Array(layout.total));
  const columnNorms = { base: [] as Float32Array[], instruct: [] as Float32Array[] };
  const steps = base.widths.length * base.modules.length;
  let done = 0;
  for (const [layer, width] of base.widths.entries()) {
    for (const [m, module] of base.modules.entries()) {
      onProgress?.({ stage: 'Comparing weights', done: done++, total: steps, unit: 'items' });
      const a = await base.matrix(layer, module);
      const read = await instruct.matrix(layer, module);
      const b = read.neuronsAre === a.neuronsAre ? read : await transposed(read);
      const products: Products = {
        both: new Float64Array(width),
        base: new Float64Array(width),
        instruct: new Float64Array(width),
      };
      const most = Math.max(1, Math.floor(SLICE / a.columns));
      for (let first = 0; first < a.rows; first += most) {
        await pause();
        const count = Math.min(most, a.rows - first);
        addRows(products, await a.read(first, count), await b.read(first, count), a, first);
      }
      for (let neuron = 0; neuron < width; neuron++) {
        const distance = distanceOf(products.both[neuron], products.base[neuron], products.instruct[neuron]);
        if (!Number.isFinite(distance))
          throw new EngineError(
            'load-failed',
            `Neuron ${formatNeuron({ layer, neuron })} has weights that are not finite in ${base.name} or ${instruct.name}; download them again.`,
          );
        distances[m][layout.offsets[layer] + neuron] = distance;
      }
      if (module !== 'down') continue;
      for (const model of ['base', 'instruct'] as const)
        columnNorms[model].push(Float32Array.from(products[model], Math.sqrt));
    }
  }
  onProgress?.({ stage: 'Comparing weights', done, total: steps, unit: 'items' });
  const modules = base.modules.map((module, m) => ({
    module,
    distance: distances[m],
    ...moments(distances[m]),
  }));
  return { modules, score: scoresOf(modules, layout.total), columnNorms };
}
