import { type AnswerReader, readAnswer } from '../decode/answer-reading.ts';
import { generate } from '../decode/generate.ts';
import type { DoseIn, DoseOut, Lane } from '../protocol/messages.ts';
import { klDivergence } from './distribution-store.ts';
import type { Loaded } from './loaded.ts';
import { preparePrompt } from './prompt.ts';

/** Predictions that a divergence is the mean of, at most. */
const COMPARED = 16;

/** Answers one prompt under several factors as one batch, and tells how far each moves the predictions of one given text. */
export async function doses(loaded: Loaded, input: DoseIn, signal: AbortSignal): Promise<DoseOut> {
  const { model, io, prompts: promptCache } = loaded;
  const { lanes, maxTokens } = input;
  const { ids: promptIds } = preparePrompt(model, input.prompt);
  const request = { promptIds, lanes, maxTokens, signal, promptCache };
  const result = await generate(model, io, request, { position: () => {}, token: () => {} });
  const reader = { model, io, promptIds, promptCache, signal };
  const divergences = await divergencesOn(reader, lanes, result.lanes[0].ids.slice(0, COMPARED - 1));
  return {
    lanes: result.lanes.map(({ ids, text: answered, breakdown }, lane) => ({
      ids,
      text: answered,
      breakdown,
      divergence: divergences[lane],
    })),
  };
}

/** Mean divergence of each lane's predictions from the unscaled model's while both read the same text, nats. */
async function divergencesOn(
  reader: AnswerReader,
  lanes: readonly Lane[],
  text: readonly number[],
): Promise<number[]> {
  const trained: Float32Array[] = [];
  await readAnswer(reader, { neurons: [], scope: 'everywhere' }, text, (index, { logits, logZ }) => {
    trained[index] = logits.map((logit) => logit - logZ);
  });
  const means: number[] = [];
  for (const lane of lanes) {
    let sum = 0;
    if (lane.neurons.length > 0)
      await readAnswer(reader, lane, text, (index, { logits, logZ }) => {
        sum += klDivergence(logits, logZ, trained[index]);
      });
    means.push(sum / trained.length);
  }
  return means;
}
