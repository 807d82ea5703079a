import { logSoftmaxStats, topCandidates } from '../inference/sampling.ts';
import { EngineError } from '../lib/errors.ts';
import type { LanguageModel } from '../model/types.ts';
import { activationStatistics } from './activation-statistics.ts';
import { knownModels } from './known-models.ts';

/** Log-probabilities of weights in 8-bit blocks differ by up to 0.15 from float32 on the default model. */
const TOLERANCE = 0.3;

/**
 * Compares logits behind the reference text with those recorded for this model.
 * @returns what differs, in words; undefined where they agree or the model is not a known one
 */
export function selfTest(
  model: Pick<LanguageModel, 'fingerprint'>,
  logits: Float32Array,
): string | undefined {
  const known = knownModels.find(({ fingerprint }) => fingerprint === model.fingerprint);
  if (!known) return undefined;
  const { logZ } = logSoftmaxStats(logits);
  const [top] = topCandidates(logits, 1, logZ);
  if (top.id !== known.top[0].id)
    return `the likeliest token is ${top.id} where ${known.top[0].id} was recorded`;
  const off = known.top.find(({ id, logprob }) => !(Math.abs(logits[id] - logZ - logprob) <= TOLERANCE));
  return (
    off &&
    `the log-probability of token ${off.id} is ${(logits[off.id] - logZ).toFixed(3)} where ${off.logprob.toFixed(3)} was recorded`
  );
}

/**
 * Reads the reference text with a model and checks what it computes.
 * @returns mean CETT of every neuron, flat, [layout.total]
 * @throws EngineError `load-failed` where values are not finite or differ from those recorded for a known model
 */
export async function checkedMeanCett(model: LanguageModel): Promise<Float32Array> {
  const { meanCett, logits } = await activationStatistics(model);
  const difference = selfTest(model, logits);
  if (difference) throw new EngineError('load-failed', `The self-test failed: ${difference}.`);
  return meanCett;
}
