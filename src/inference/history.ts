import { floatToHalf } from '../lib/bytes/half.ts';
import type { Tensor } from '../model/runtime/types.ts';
import type { LanguageModel } from '../model/types.ts';
import type { RowHistory } from './kv-cache.ts';

type Factors = readonly Float32Array[] | undefined;

/** Uploads factors to a scale input. */
export function uploadFactors(
  { runtime }: Pick<LanguageModel, 'runtime'>,
  type: 'float32' | 'float16',
  data: Float32Array,
  dims: readonly number[],
): Tensor {
  return runtime.upload(type, type === 'float16' ? floatToHalf(data) : data, dims);
}

/** What rows have read, with the tokens that are read next under the given factors. */
export function withTokens(
  history: readonly RowHistory[],
  ids: readonly (readonly number[])[],
  factors: readonly Factors[],
): RowHistory[] {
  return history.map((row, at) => ({
    ids: [...row.ids, ...ids[at]],
    scales: [...row.scales, ...ids[at].map(() => factors[at])],
  }));
}

const sameFactors = (a: Factors, b: Factors) =>
  a === b ||
  (a !== undefined && b !== undefined && a.every((layer, l) => layer.every((value, i) => value === b[l][i])));

/**
 * The scale inputs [rows, length, width] of a whole sequence, uploaded; undefined where every token has the factors of its
 * row now, for which the batch's own do.
 */
export function historyScales(
  model: Pick<LanguageModel, 'runtime' | 'neurons'>,
  history: readonly RowHistory[],
  now: readonly Factors[],
): Record<string, Tensor> | undefined {
  if (history.every(({ scales }, row) => [...new Set(scales)].every((each) => sameFactors(each, now[row]))))
    return undefined;
  const length = history[0].ids.length;
  return Object.fromEntries(
    model.neurons.layers.map(({ width, scaleInput, scaleType }, layer) => {
      const data = new Float32Array(history.length * length * width).fill(1);
      history.forEach(({ scales }, row) => {
        scales.forEach((factors, at) => {
          if (factors) data.set(factors[layer], (row * length + at) * width);
        });
      });
      return [scaleInput, uploadFactors(model, scaleType, data, [history.length, length, width])];
    }),
  );
}
