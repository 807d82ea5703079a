import { EngineError } from '../lib/errors.ts';
import { largestIndices } from '../lib/math/largest.ts';
import { createRandom } from '../lib/math/random.ts';
import type { Candidate, Sampling } from './types.ts';

const limits = { temperature: 100, penalty: [0.1, 10] } as const;

/** Refuses settings that cannot be sampled with, by an EngineError 'bad-input' that names the setting and its range. */
export function checkSampling(sampling: Sampling): void {
  const { temperature, topK, topP, repetitionPenalty, seed } = sampling;
  const [least, most] = limits.penalty;
  const refuse = (name: string, rule: string, value: number): never => {
    throw new EngineError('bad-input', `The ${name} must be ${rule}, but it is ${value}.`);
  };
  if (!(temperature >= 0 && temperature <= limits.temperature)) {
    refuse('temperature', `from 0 (greedy) to ${limits.temperature}`, temperature);
  }
  if (!(Number.isSafeInteger(topK) && topK >= 0)) {
    refuse('top-k', 'a whole number, 0 (keep all) or more', topK);
  }
  if (!(topP > 0 && topP <= 1)) {
    refuse('top-p', 'above 0 and at most 1 (keep all)', topP);
  }
  if (!(repetitionPenalty >= least && repetitionPenalty <= most)) {
    refuse('repetition penalty', `from ${least} to ${most}, where 1 changes nothing`, repetitionPenalty);
  }
  if (!(Number.isSafeInteger(seed) && seed >= 0)) {
    refuse('seed', 'a whole number, 0 or more', seed);
  }
}

/** Index of the largest logit, the lowest of equal ones. Throws EngineError 'internal' where there is none to choose. */
function argmax(logits: Float32Array): number {
  let best = -1;
  let max = Number.NEGATIVE_INFINITY;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id];
    if (logit > max) {
      max = logit;
      best = id;
    } else if (Number.isNaN(logit)) {
      throw new EngineError(
        'internal',
        `The model gave NaN logits (the first at token ${id}); scale fewer neurons, or choose another precision or device.`,
      );
    }
  }
  if (best < 0 || max === Number.POSITIVE_INFINITY) {
    throw new EngineError(
      'internal',
      `The model gave no finite largest logit (${best < 0 ? 'all are -Infinity' : `token ${best} is Infinity`}); scale fewer neurons, or choose another precision or device.`,
    );
  }
  return best;
}

/** Copies logits to `out`, those of the tokens in `previous` penalised once each. */
function penalise(
  logits: Float32Array,
  previous: readonly number[],
  penalty: number,
  out: Float32Array,
): void {
  out.set(logits);
  if (penalty === 1) {
    return;
  }
  for (const id of new Set(previous)) {
    if (id < out.length) {
      out[id] = out[id] < 0 ? out[id] * penalty : out[id] / penalty;
    }
  }
}

/**
 * Lowest score of the nucleus, and how many tokens of just that score belong to it.
 * Tokens below a share (1 - topP) / kept hold less than 1 - topP together, so only the others are sorted.
 */
function nucleusEdge(
  scores: Float32Array,
  max: number,
  mass: number,
  kept: number,
  { temperature, topP }: Sampling,
): { edge: number; ties: number } {
  const least = Math.min(max, max + temperature * Math.log(((1 - topP) * mass) / kept));
  const live = scores.filter((score) => score >= least).sort();
  let above = 0;
  let at = live.length;
  while (at > 0 && above < topP * mass) {
    above += Math.exp((live[--at] - max) / temperature);
  }
  const edge = live[at];
  let ties = 0;
  while (live[at + ties] === edge) {
    ties++;
  }
  return { edge, ties };
}

/** Turns scores (penalised logits) into probabilities, in place. */
function toProbabilities(scores: Float32Array, sampling: Sampling): void {
  const best = argmax(scores);
  const max = scores[best];
  const { temperature, topK, topP } = sampling;
  if (temperature === 0) {
    scores.fill(0);
    scores[best] = 1;
    return;
  }
  let floor = Number.NEGATIVE_INFINITY;
  if (topK > 0 && topK < scores.length) {
    const largest = largestIndices(scores, topK);
    floor = scores[largest[largest.length - 1]];
  }
  let mass = 0;
  let kept = 0;
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id];
    if (score < floor || score === Number.NEGATIVE_INFINITY) {
      scores[id] = Number.NEGATIVE_INFINITY;
    } else {
      mass += Math.exp((score - max) / temperature);
      kept++;
    }
  }
  let edge = floor;
  let ties = Number.POSITIVE_INFINITY;
  if (topP < 1) {
    ({ edge, ties } = nucleusEdge(scores, max, mass, kept, sampling));
    mass = 0;
    let left = ties;
    for (let id = 0; id < scores.length; id++) {
      const score = scores[id];
      if (score > edge || (score === edge && left-- > 0)) {
        mass += Math.exp((score - max) / temperature);
      } else {
        scores[id] = Number.NEGATIVE_INFINITY;
      }
    }
  }
  for (let id = 0; id < scores.length; id++) {
    const score = scores[id];
    scores[id] = score === Number.NEGATIVE_INFINITY ? 0 : Math.exp((score - max) / temperature) / mass;
  }
}

/**
 * Probabilities that the next token is drawn by, [vocabulary], 0 for tokens that a filter took out: repetition penalty,
 * temperature, top-k, top-p, in this order (top-k chooses the same tokens before and after the temperature).
 * Top-k keeps every token that ties with the k-th; top-p keeps a token while those above it hold less than `topP`,
 * of equal ones the lower ids. Temperature 0 gives the greedy token probability 1.
 * @param previous ids of prompt and answer so far, for the penalty; ids outside the vocabulary are passed over
 * @throws EngineError 'internal' where a logit is NaN or none is finite
 */
export function filteredProbabilities(
  logits: Float32Array,
  previous: readonly number[],
  sampling: Sampling,
): Float32Array {
  const scores = new Float32Array(logits.length);
  penalise(logits, previous, sampling.repetitionPenalty, scores);
  toProbabilities(scores, sampling);
  return scores;
}

/** Ids of the tokens that top-k keeps, ascending: the k largest scores and all that tie with the least of them. */
function topKIds(scores: Float32Array, topK: number): Int32Array {
  const largest = largestIndices(scores, topK);
  const floor = scores[largest[largest.length - 1]];
  const ids = [...largest];
  const chosen = new Set(ids);
  for (let id = 0; id < scores.length; id++) if (scores[id] === floor && !chosen.has(id)) ids.push(id);
  return Int32Array.from(ids).sort();
}

/** The index at which the probabilities add up to more than `target`. */
function indexAt(probabilities: Float32Array, target: number): number {
  let below = 0;
  let chosen = 0;
  for (let i = 0; i < probabilities.length; i++) {
    if (probabilities[i] > 0) {
      chosen = i;
      below += probabilities[i];
      if (below > target) {
        break;
      }
    }
  }
  return chosen;
}

export interface Sampler {
  /**
   * The next token's id, from the last position's logits [vocabulary] and all ids before.
   * @param options.areChecked the logits are known to hold no NaN and a finite maximum: `logSoftmaxStats` took them
   */
  sample(
    logits: Float32Array,
    previous: readonly number[],
    options?: { readonly areChecked: boolean },
  ): number;
}

/**
 * Draws tokens: greedy at temperature 0 (the lowest id of equal logits), else from `filteredProbabilities` with one
 * random number a token. The same seed and logits give the same tokens. Throws EngineError 'bad-input' on bad settings.
 */
export function createSampler(sampling: Sampling): Sampler {
  checkSampling(sampling);
  const random = createRandom(sampling.seed);
  return {
    sample(logits, previous, { areChecked } = { areChecked: false }) {
      if (sampling.temperature === 0 && sampling.repetitionPenalty === 1) {
        return argmax(logits);
      }
      const { temperature, topK, repetitionPenalty } = sampling;
      if (temperature > 0 && repetitionPenalty === 1 && topK > 0 && topK < logits.length) {
        if (!areChecked) argmax(logits);
        const ids = topKIds(logits, topK);
        // What top-k leaves is all that counts: the same arithmetic in the same order, on few tokens.
        const scores = Float32Array.from(ids, (id) => logits[id]);
        toProbabilities(scores, { ...sampling, topK: 0 });
        return ids[indexAt(scores, random())];
      }
      const probabilities = filteredProbabilities(logits, previous, sampling);
      return temperature === 0 ? probabilities.indexOf(1) : indexAt(probabilities, random());
    },
  };
}

/** A term of exp(-40) and less is under a rounding error of the sum, which is at least 1. */
const negligible = 40;

const stepsAUnit = 1024;
/** exp(-i / stepsAUnit) down to the negligible. */
const expTable = Float64Array.from({ length: negligible * stepsAUnit + 1 }, (_, i) =>
  Math.exp(-i / stepsAUnit),
);

/** exp(-x) for x in [0, negligible), to a relative 1e-13: several times as fast as Math.exp over a vocabulary. */
function expOfMinus(x: number): number {
  const i = (x * stepsAUnit) | 0;
  const r = i / stepsAUnit - x;
  return expTable[i] * (1 + r * (1 + r * (0.5 + r / 6)));
}

/** Of softmax(logits). */
export interface LogSoftmaxStats {
  /** The logarithm of the sum of exponentials: log p = logit - logZ. */
  readonly logZ: number;
  /** Nats. */
  readonly entropy: number;
}

/**
 * What a distribution over tokens is computed from.
 * @throws EngineError 'internal' where a logit is NaN or none is finite
 */
export function logSoftmaxStats(logits: Float32Array): LogSoftmaxStats {
  const max = logits[argmax(logits)];
  let sum = 0;
  let weighted = 0;
  for (let id = 0; id < logits.length; id++) {
    const below = max - logits[id];
    if (below < negligible) {
      const weight = expOfMinus(below);
      sum += weight;
      weighted += weight * below;
    }
  }
  return { logZ: max + Math.log(sum), entropy: Math.max(0, Math.log(sum) + weighted / sum) };
}

/** The `k` most probable tokens, most probable first, of equal ones the lower id first; impossible ones are left out. */
export function topCandidates(logits: Float32Array, k: number, logZ: number): Candidate[] {
  return Array.from(largestIndices(logits, k), (id) => ({ id, logprob: logits[id] - logZ }));
}
