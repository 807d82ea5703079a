import { generate } from '../decode/generate.ts';
import { createTextStream } from '../decode/text-stream.ts';
import { layerProfile, overview } from '../neurons/cett.ts';
import { flatIndex } from '../neurons/layout.ts';
import type { GenerateIn, GenerateOut, TokenLabel } from '../protocol/messages.ts';
import type { CallContext } from '../protocol/server.ts';
import type { Loaded } from './loaded.ts';
import { preparePrompt } from './prompt.ts';

const MAX_BINS = 256;

function label({ model }: Loaded, id: number, text: string): TokenLabel {
  return text === '' ? { id, text, bytes: model.codec.bytes(id) } : { id, text };
}

function labels(loaded: Loaded, ids: readonly number[]): TokenLabel[] {
  const stream = createTextStream((some) => loaded.model.codec.decode(some));
  return ids.map((id) => label(loaded, id, stream.push(id)));
}

/** Compares a lane's distributions with those of the reference lane, which are kept for later requests. */
function comparison({ distributions }: Loaded, input: GenerateIn, id: number) {
  const { reference } = input;
  return (lane: number, index: number, logits: Float32Array, logZ: number): number | undefined => {
    if (!reference) return undefined;
    const own = reference.run === undefined;
    if (own && lane === reference.lane) {
      distributions.put(id, lane, index, logits, logZ);
      return undefined;
    }
    return distributions.divergence(reference.run ?? id, reference.lane, index, logits, logZ);
  };
}

/** Answers a prompt and tells what happens as it happens. */
export async function answer(
  loaded: Loaded,
  input: GenerateIn,
  context: CallContext<'generate'>,
): Promise<GenerateOut> {
  const { model, io } = loaded;
  const { layout } = model;
  const { ids, notice } = preparePrompt(model, input.prompt);
  const bins = Math.min(MAX_BINS, input.bins);
  const watched = input.watched.map((ref) => flatIndex(layout, ref));
  const compare = comparison(loaded, input, context.id);
  context.emit({ type: 'prompt', tokens: labels(loaded, ids), notice });
  const request = {
    promptIds: ids,
    lanes: input.lanes,
    maxTokens: input.maxTokens,
    answerStart: input.answerStart,
    signal: context.signal,
    promptCache: loaded.prompts,
  };
  const result = await generate(model, io, request, {
    reading: (done, total) => context.emit({ type: 'reading', done, total }),
    position(lane, position, cett) {
      loaded.activations.put(context.id, lane, position, cett);
      const binned = new Float32Array(layout.widths.length * bins);
      overview(cett, layout, bins, binned);
      const profile = new Float32Array(layout.widths.length);
      layerProfile(cett, layout, profile);
      const values = Float32Array.from(watched, (index) => cett[index]);
      context.emit({ type: 'position', lane, position, overview: binned, profile, watched: values });
    },
    token({ lane, index, id, text, logprob, entropy, top }, { logits, logZ }) {
      const divergence = compare(lane, index, logits, logZ);
      const named = top.map((candidate) => ({ ...candidate, text: model.codec.decode([candidate.id]) }));
      context.emit({
        type: 'token',
        lane,
        index,
        token: label(loaded, id, text),
        logprob,
        entropy,
        divergence,
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
