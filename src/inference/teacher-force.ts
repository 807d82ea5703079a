import { yieldToEvents } from '../lib/bytes/yield.ts';
import { EngineError } from '../lib/errors.ts';
import type { LanguageModel } from '../model/types.ts';
import type { ScaledNeuron } from '../neurons/types.ts';
import { batchScales, type ForwardOutput, forward } from './forward.ts';
import { emptyCache } from './kv-cache.ts';
import { checkCancelled } from './prefill.ts';
import type { Lane } from './types.ts';

/** A given text to be read, not generated. */
export interface SequenceInput {
  readonly promptIds: readonly number[];
  /** Tokens of the answer; may be empty. */
  readonly answerIds: readonly number[];
  readonly lanes: readonly Pick<Lane, 'neurons' | 'scope'>[];
  /** Positions in prompt plus answer whose neurons are wanted, ascending. */
  readonly capture: readonly number[];
  /** Positions whose logits are wanted, ascending. */
  readonly logits: readonly number[];
  readonly signal?: AbortSignal;
}

/** What is told of the wanted positions, in ascending order within a lane. */
export interface SequenceListener {
  neurons?(lane: number, position: number, reading: NeuronReading): void;
  logits?(lane: number, position: number, logits: Float32Array): void;
}

export interface NeuronReading extends ReturnType<ForwardOutput['captured']> {
  readonly cett: Float32Array;
}

/** Tokens of one run: bounds the memory that logits and captures take. */
const TOKENS_A_RUN = 256;

/** A stretch of the sequence that is read in one run under one set of factors. */
interface Stretch {
  readonly start: number;
  readonly end: number;
  readonly isAnswer: boolean;
}

function stretches(promptLength: number, length: number, split: boolean): Stretch[] {
  const cuts = split && promptLength > 0 && promptLength < length ? [0, promptLength, length] : [0, length];
  const found: Stretch[] = [];
  for (let part = 0; part + 1 < cuts.length; part++) {
    for (let start = cuts[part]; start < cuts[part + 1]; start += TOKENS_A_RUN) {
      found.push({
        start,
        end: Math.min(start + TOKENS_A_RUN, cuts[part + 1]),
        isAnswer: start >= promptLength,
      });
    }
  }
  return found;
}

/** Positions of a stretch among those wanted, relative to its start; a graph's index inputs may not be empty. */
function within(
  wanted: readonly number[],
  { start, end }: Stretch,
): { readonly indices: number[]; readonly asked: number } {
  const indices = wanted
    .filter((position) => position >= start && position < end)
    .map((position) => position - start);
  return indices.length > 0 ? { indices, asked: indices.length } : { indices: [end - start - 1], asked: 0 };
}

async function readLanes(
  model: LanguageModel,
  input: SequenceInput,
  lanes: readonly number[],
  listener: SequenceListener,
): Promise<void> {
  const ids = [...input.promptIds, ...input.answerIds];
  const split = lanes.some(
    (lane) => input.lanes[lane].scope === 'answer' && input.lanes[lane].neurons.length > 0,
  );
  let cache = emptyCache(model.io, model.runtime, lanes.length);
  try {
    for (const stretch of stretches(input.promptIds.length, ids.length, split)) {
      const { start, end, isAnswer } = stretch;
      await yieldToEvents();
      checkCancelled(input.signal);
      const factors = lanes.map((lane): readonly ScaledNeuron[] => {
        const { scope, neurons } = input.lanes[lane];
        return isAnswer || scope === 'everywhere' ? neurons : [];
      });
      const scales = batchScales(model, factors);
      const capture = within(input.capture, stretch);
      const logits = within(input.logits, stretch);
      try {
        const piece = ids.slice(start, end);
        const output = await forward(model, {
          ids: lanes.map(() => piece),
          cache,
          scales,
          capture: capture.indices,
          logits: logits.indices,
        });
        cache = output.cache;
        lanes.forEach((lane, row) => {
          for (let i = 0; i < capture.asked; i++) {
            const reading = { ...output.captured(row, i), cett: output.cett(row, i) };
            listener.neurons?.(lane, start + capture.indices[i], reading);
          }
          for (let i = 0; i < logits.asked; i++)
            listener.logits?.(lane, start + logits.indices[i], output.logits(row, i));
        });
      } finally {
        scales.dispose();
      }
    }
  } finally {
    cache.dispose();
  }
}

/**
 * Reads prompt and given answer (teacher forcing) and tells neurons and logits of the wanted positions. Lanes are one
 * batch where the whole sequence fits into one run; else they are read one after another, in runs of bounded size.
 * @throws EngineError `bad-input`, `context-full`, or `cancelled` at most one run after the signal fires
 */
export async function readSequence(
  model: LanguageModel,
  input: SequenceInput,
  listener: SequenceListener,
): Promise<void> {
  const length = input.promptIds.length + input.answerIds.length;
  if (length === 0) throw new EngineError('bad-input', 'There is no token to read; give a prompt.');
  if (length > model.contextLength) {
    throw new EngineError(
      'context-full',
      `The text has ${length} tokens, but ${model.name} reads at most ${model.contextLength}; shorten it.`,
    );
  }
  const lanes = input.lanes.map((_, lane) => lane);
  const everywhere = input.lanes.every(
    ({ scope, neurons }) => scope === 'everywhere' || neurons.length === 0,
  );
  if (everywhere && length * lanes.length <= TOKENS_A_RUN) {
    await readLanes(model, input, lanes, listener);
    return;
  }
  for (const lane of lanes) await readLanes(model, input, [lane], listener);
}
