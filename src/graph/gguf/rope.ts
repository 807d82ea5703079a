import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import type { GgufFile } from './types.ts';
import { optionalNumber, optionalString } from './values.ts';

/** How rotary frequencies are changed for contexts longer than those of the first training. */
export type RopeScaling =
  | { readonly type: 'none' }
  | { readonly type: 'linear'; readonly factor: number }
  | {
      readonly type: 'yarn';
      readonly factor: number;
      readonly originalContext: number;
      readonly betaFast: number;
      readonly betaSlow: number;
      /** Multiplies cosines and sines. */
      readonly magnitude: number;
    };

/**
 * Reads the keys `{architecture}.rope.scaling.*` (a factor without a type is linear, as in llama.cpp).
 * @throws EngineError `unsupported-model` that names a type which is not known
 */
export function ropeScaling(file: GgufFile, architecture: string, contextLength: number): RopeScaling {
  const number = (key: string) => optionalNumber(file, `${architecture}.rope.${key}`);
  const type = optionalString(file, `${architecture}.rope.scaling.type`) ?? 'linear';
  const factor = number('scaling.factor') ?? number('scale_linear') ?? 1;
  if (type === 'none' || ((type === 'linear' || type === 'yarn') && (factor === 1 || factor === 0)))
    return { type: 'none' };
  if (!(factor > 0)) {
    throw new EngineError(
      'unsupported-model',
      `${file.source.name} scales rotary positions by ${factor}, which is no positive number; choose another GGUF file of this model.`,
    );
  }
  if (type === 'linear') return { type, factor };
  if (type === 'yarn') {
    const given = number('scaling.yarn_attn_factor') ?? number('scaling.attn_factor') ?? 1;
    const found = {
      originalContext: number('scaling.original_context_length') ?? contextLength,
      betaFast: number('scaling.yarn_beta_fast') ?? 32,
      betaSlow: number('scaling.yarn_beta_slow') ?? 1,
      magnitude: given * (1 + 0.1 * Math.log(factor)),
    };
    const wrong = Object.entries(found).find(([, value]) => !(Number.isFinite(value) && value > 0));
    if (wrong !== undefined) {
      throw new EngineError(
        'unsupported-model',
        `${file.source.name} scales rotary positions by YaRN with ${wrong.join(' = ')}, which is no positive number; choose another GGUF file of this model.`,
      );
    }
    return { type, factor, ...found };
  }
  throw new EngineError(
    'unsupported-model',
    `${file.source.name} scales rotary positions by the method ${shownName(type)}, which is not supported; choose a model with none, linear or yarn.`,
  );
}

/** The part of a frequency that YaRN leaves as it is (Peng et al. 2023, equations 17 to 23): 1 for fast, 0 for slow ones. */
function keptShare(
  scaling: { readonly originalContext: number; readonly betaFast: number; readonly betaSlow: number },
  theta: number,
  headDim: number,
): (pair: number) => number {
  const pairOf = (turns: number) =>
    (headDim * Math.log(scaling.originalContext / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
  const low = Math.max(0, Math.floor(pairOf(scaling.betaFast)));
  const high = Math.min(headDim - 1, Math.ceil(pairOf(scaling.betaSlow)));
  return (pair) => 1 - Math.min(1, Math.max(0, (pair - low) / Math.max(0.001, high - low)));
}

/**
 * Angles per position of the rotary pairs of a head, [headDim / 2].
 * @param divisors of single frequencies, [headDim / 2], as Llama 3 has them (the tensor rope_freqs)
 */
export function rotaryFrequencies(
  theta: number,
  headDim: number,
  scaling: RopeScaling,
  divisors?: ArrayLike<number>,
): Float64Array {
  const kept = scaling.type === 'yarn' ? keptShare(scaling, theta, headDim) : () => 0;
  return Float64Array.from({ length: headDim / 2 }, (_, pair) => {
    const frequency = theta ** ((-2 * pair) / headDim) / (divisors?.[pair] ?? 1);
    if (scaling.type === 'none') return frequency;
    const share = kept(pair);
    return frequency * (share + (1 - share) / scaling.factor);
  });
}

/** Cosines and sines of all positions and pairs, [positions, pairs] each. */
export function rotaryTables(
  frequencies: Float64Array,
  positions: number,
  magnitude: number,
): { readonly cos: Float32Array; readonly sin: Float32Array } {
  const pairs = frequencies.length;
  const cos = new Float32Array(positions * pairs);
  const sin = new Float32Array(positions * pairs);
  for (let position = 0, at = 0; position < positions; position++) {
    for (let pair = 0; pair < pairs; pair++, at++) {
      const angle = position * frequencies[pair];
      cos[at] = magnitude * Math.cos(angle);
      sin[at] = magnitude * Math.sin(angle);
    }
  }
  return { cos, sin };
}

/**
 * Brings the rows of heads that are stored as rotary pairs back to first halves, then second halves, as
 * non-interleaved rotary embedding reads them: wanted row i is stored row result[i].
 */
export function rotaryRowOrder(heads: number, headDim: number): Int32Array {
  const half = headDim / 2;
  return Int32Array.from({ length: heads * headDim }, (_, row) => {
    const within = row % headDim;
    const pair = within % half;
    return row - within + 2 * pair + (within < half ? 0 : 1);
  });
}
