import { type AnswerReader, readAnswer } from '../inference/answer-reading.ts';
import { generate } from '../inference/generate.ts';
import type { LaneResult } from '../inference/growing.ts';
import { rowsTogether } from '../inference/kv-cache.ts';
import type { Breakdown } from '../inference/loops.ts';
import type { Lane } from '../inference/types.ts';
import { type Prompt, preparePrompt } from '../model/prompt.ts';
import { klDivergence } from './distribution-store.ts';
import type { Model } from './model.ts';

/**
 * How far doses are: tokens of a long prompt that are read for the lanes, of all its tokens; tokens that the longest of the
 * answers has, of those that it may have; lanes whose predictions are compared, of all lanes. Lanes that do not fit into memory
 * together are answered in several parts, of which each tells its own reading and answering.
 */
export interface DoseEvent {
  readonly stage: 'reading' | 'answering' | 'comparing';
  readonly done: number;
  readonly total: number;
}

export interface DoseOut {
  readonly lanes: readonly {
    readonly ids: readonly number[];
    readonly text: string;
    readonly breakdown?: Breakdown;
    /**
     * Kullback-Leibler divergence of this lane's predictions from those of the model as trained while both read the start
     * of the first lane's answer: mean over its first predictions, nats.
     */
    readonly divergence: number;
  }[];
}

/** The same prompt under several factors at once, for the strip under the slider. */
export interface DoseIn {
  readonly prompt: Prompt;
  /** At most 16. Predictions are compared on the answer of the first one. */
  readonly lanes: readonly Lane[];
  readonly maxTokens: number;
}

/** Predictions that a divergence is the mean of, at most. */
const COMPARED = 16;

interface Context {
  readonly signal: AbortSignal;
  emit(event: DoseEvent): void;
}

/** Answers one prompt under several factors, and tells how far each moves the predictions of one given text. */
export async function doses(model: Model, input: DoseIn, { signal, emit }: Context): Promise<DoseOut> {
  const { io, prompts: promptCache } = model;
  const { lanes, maxTokens } = input;
  const { ids: promptIds } = preparePrompt(model, input.prompt);
  const answers: LaneResult[] = [];
  const together = rowsTogether(io, promptIds.length + maxTokens);
  for (let at = 0; at < lanes.length || at === 0; at += together) {
    const request = {
      ...{ promptIds, maxTokens, signal, promptCache },
      lanes: lanes.slice(at, at + together),
    };
    let told = 0;
    const result = await generate(model, request, {
      reading: (done, total) => emit({ stage: 'reading', done, total }),
      position: () => {},
      token({ index }) {
        if (index < told) return;
        told = index + 1;
        emit({ stage: 'answering', done: told, total: maxTokens });
      },
    });
    answers.push(...result.lanes);
  }
  const reader = { model, promptIds, promptCache, signal };
  const divergences = await divergencesOn(reader, lanes, answers[0].ids.slice(0, COMPARED - 1), (done) =>
    emit({ stage: 'comparing', done, total: lanes.length }),
  );
  return {
    lanes: answers.map(({ ids, text: answered, breakdown }, lane) => ({
      ids,
      text: answered,
      breakdown,
      divergence: divergences[lane],
    })),
  };
}

/**
 * Mean divergence of each lane's predictions from the unscaled model's while both read the same text, nats.
 * @param onLane called before the first lane, and behind each
 */
async function divergencesOn(
  reader: AnswerReader,
  lanes: readonly Lane[],
  text: readonly number[],
  onLane: (done: number) => void,
): Promise<number[]> {
  onLane(0);
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
    onLane(means.length);
  }
  return means;
}
