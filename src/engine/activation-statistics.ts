import { batchScales, forward } from '../inference/forward.ts';
import { emptyCache } from '../inference/kv-cache.ts';
import { EngineError } from '../lib/errors.ts';
import type { LanguageModel } from '../model/types.ts';

/**
 * A plain text that every model is read on once: the mean CETT over it ranks and matches neurons. It stops where the
 * next word is clear, so that the self-test's top token does not hang on rounding.
 */
const REFERENCE_TEXT =
  'The river rises in the mountains and flows past three towns before it reaches the sea. In spring, when the snow melts, ' +
  'the water is high and boats are rare. "How far is it to the harbour?" she asked. He thought for a moment: about 12 miles, ' +
  'he said, and the last ferry leaves at six. They bought bread, cheese and two apples, and then they walked down to the';

/** The first position of a sequence is dominated by a few neurons whatever the text, and is left out of the mean. */
const FIRST_COUNTED = 1;

export interface ActivationStatistics {
  /** Mean CETT of every neuron over the reference text but its first token, [total]. */
  readonly meanCett: Float32Array;
  /** Logits behind the text, [vocabulary]. */
  readonly logits: Float32Array;
}

/**
 * Reads the reference text.
 * @throws EngineError `load-failed` where the device computes values that are not finite
 */
export async function activationStatistics(model: LanguageModel): Promise<ActivationStatistics> {
  const ids = model.codec.encode(REFERENCE_TEXT, { addBos: model.addBos }).slice(0, model.contextLength);
  const scales = batchScales(model, [[]]);
  const capture = ids.map((_, i) => i);
  const output = await forward(model, {
    ids: [ids],
    cache: emptyCache(model.io, model.runtime, 1),
    scales,
    capture,
    logits: [ids.length - 1],
  });
  const meanCett = new Float32Array(model.layout.total);
  for (const i of capture.slice(FIRST_COUNTED)) {
    const cett = output.cett(0, i);
    for (let j = 0; j < meanCett.length; j++) meanCett[j] += cett[j] / (ids.length - FIRST_COUNTED);
  }
  const logits = output.logits(0, 0).slice();
  output.cache.dispose();
  scales.dispose();
  if (![meanCett, logits].every((values) => values.every(Number.isFinite))) {
    throw new EngineError('load-failed', `${model.name} computes values that are not finite on this device.`);
  }
  return { meanCett, logits };
}
