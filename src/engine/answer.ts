import { unscaledLogprobs } from '../inference/answer-reading.ts';
import { type ChosenToken, generate } from '../inference/generate.ts';
import { createTextStream } from '../inference/text-stream.ts';
import { preparePrompt } from '../model/prompt.ts';
import { layerProfile, overview } from '../neurons/cett.ts';
import { flatIndex } from '../neurons/layout.ts';
import type {
  GenerateEvent,
  GenerateIn,
  GenerateOut,
  RereadIn,
  RereadOut,
  TokenEvent,
  TokenLabel,
} from './answer-events.ts';
import { klDivergence } from './distribution-store.ts';
import type { Model } from './model.ts';

const MAX_BINS = 256;

function label(model: Model, id: number, text: string): TokenLabel {
  return text === '' ? { id, text, bytes: model.codec.bytes(id) } : { id, text };
}

function labels(model: Model, ids: readonly number[]): TokenLabel[] {
  const stream = createTextStream((some) => model.codec.decode(some));
  return ids.map((id) => label(model, id, stream.push(id)));
}

type Compared = Pick<TokenEvent, 'divergence' | 'referenceLogprob'>;

/**
 * Compares a lane's predictions with those of the reference lane, which are kept for later requests, as long as both have
 * read the same text.
 */
function comparison({ distributions }: Model, { reference, lanes }: GenerateIn, id: number) {
  const parted = lanes.map(() => false);
  return (
    { lane, index, id: token }: Pick<ChosenToken, 'lane' | 'index' | 'id'>,
    { logits, logZ }: { readonly logits: Float32Array; readonly logZ: number },
  ): Compared => {
    if (!reference || parted[lane]) return {};
    if (reference.run === undefined && lane === reference.lane) {
      distributions.put(id, lane, index, { id: token, logits, logZ });
      return {};
    }
    const kept = distributions.get(reference.run ?? id, reference.lane, index);
    parted[lane] = kept?.id !== token;
    return kept
      ? {
          divergence: klDivergence(logits, logZ, kept.logprobs),
          referenceLogprob: kept.logprobs[token],
        }
      : {};
  };
}

/** What an answer is called by in later calls (`DetailIn.run`), what ends it, and who hears of it. */
export interface AnswerContext {
  readonly id: number;
  readonly signal?: AbortSignal;
  emit(event: GenerateEvent): void;
}

/** Answers a prompt and tells what happens as it happens. */
export async function answer(model: Model, input: GenerateIn, context: AnswerContext): Promise<GenerateOut> {
  const { layout } = model;
  const { ids, notice } = preparePrompt(model, input.prompt);
  const bins = Math.min(MAX_BINS, input.bins);
  const watched = input.watched.map((ref) => flatIndex(layout, ref));
  const compare = comparison(model, input, context.id);
  context.emit({ type: 'prompt', tokens: labels(model, ids), notice });
  const request = {
    promptIds: ids,
    lanes: input.lanes,
    maxTokens: input.maxTokens,
    answerStart: input.answerStart,
    signal: context.signal,
    promptCache: model.prompts,
  };
  const result = await generate(model, request, {
    reading: (done, total) => context.emit({ type: 'reading', done, total }),
    position(lane, position, cett) {
      model.activations.put(context.id, lane, position, cett);
      const binned = new Float32Array(layout.widths.length * bins);
      overview(cett, layout, bins, binned);
      const profile = new Float32Array(layout.widths.length);
      layerProfile(cett, layout, profile);
      const values = Float32Array.from(watched, (index) => cett[index]);
      context.emit({ type: 'position', lane, position, overview: binned, profile, watched: values });
    },
    token(chosen, distribution) {
      const { lane, index, id, text, logprob, entropy, top } = chosen;
      const compared = compare(chosen, distribution);
      const named = top.map((candidate) => ({ ...candidate, text: model.codec.token(candidate.id) }));
      context.emit({
        type: 'token',
        lane,
        index,
        token: label(model, id, text),
        logprob,
        entropy,
        ...compared,
        top: named,
      });
    },
  });
  return {
    lanes: result.lanes.map(({ ids: answered, text, finish, breakdown }) => ({
      ids: answered,
      text,
      finish,
      breakdown,
    })),
    promptLength: ids.length,
    prefillMs: result.prefillMs,
    decodeMs: result.decodeMs,
    steps: result.steps,
  };
}

/** Reads given answers with the model as trained. */
export async function reread(
  model: Model,
  { prompt, answers }: RereadIn,
  signal: AbortSignal,
): Promise<RereadOut> {
  const promptIds = preparePrompt(model, prompt).ids;
  return {
    logprobs: await unscaledLogprobs({ model, promptIds, promptCache: model.prompts, signal }, answers),
  };
}
