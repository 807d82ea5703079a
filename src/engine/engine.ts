import { generate } from '../decode/generate.ts';
import { type PromptCache, promptCache } from '../decode/prompt-cache.ts';
import { createTextStream } from '../decode/text-stream.ts';
import { EngineError } from '../errors.ts';
import { mostActive } from '../neurons/active.ts';
import { layerProfile, overview } from '../neurons/cett.ts';
import { randomControl } from '../neurons/controls.ts';
import { flatIndex } from '../neurons/layout.ts';
import type { GenerateIn, GenerateOut, LoadedModel, TokenLabel } from '../protocol/messages.ts';
import type { CallContext, Handlers } from '../protocol/server.ts';
import type { RuntimeMakers } from '../runtime/choose.ts';
import { type ActivationStore, activationStore } from './activation-store.ts';
import { loadModel, type OpenedModel } from './load.ts';
import { preparePrompt } from './prompt.ts';

const ACTIVATION_BYTES = 256 * 2 ** 20;
const PROMPT_BYTES = 128 * 2 ** 20;
const STARTING_SET = 5;
const MAX_BINS = 256;

/** What lives as long as a loaded model. */
interface Loaded extends OpenedModel {
  readonly prompts: PromptCache;
  readonly activations: ActivationStore;
}

function summary({ model, calibration, why, fromCache }: OpenedModel): LoadedModel {
  return {
    name: model.name,
    architecture: model.architecture,
    fingerprint: model.fingerprint,
    layout: model.layout,
    contextLength: model.contextLength,
    hasChatTemplate: model.chatTemplate !== undefined,
    device: { kind: model.runtime.kind, threads: model.runtime.threads, why },
    precision: model.precision,
    fromCache,
    meanCett: calibration.meanCett,
    mostActive: mostActive(calibration.meanCett, model.layout, STARTING_SET),
  };
}

function labels(loaded: Loaded, ids: readonly number[]): TokenLabel[] {
  const stream = createTextStream((some) => loaded.model.codec.decode(some));
  return ids.map((id) => ({ id, text: stream.push(id) }));
}

async function answer(
  loaded: Loaded,
  input: GenerateIn,
  context: CallContext<'generate'>,
): Promise<GenerateOut> {
  const { model, io } = loaded;
  const { layout } = model;
  const { ids, notice } = preparePrompt(model, input.prompt);
  const bins = Math.min(MAX_BINS, input.bins);
  const watched = input.watched.map((ref) => flatIndex(layout, ref));
  context.emit({ type: 'prompt', tokens: labels(loaded, ids), notice });
  const request = {
    promptIds: ids,
    lanes: input.lanes,
    maxTokens: input.maxTokens,
    signal: context.signal,
    promptCache: loaded.prompts,
  };
  const result = await generate(model, io, request, {
    position(lane, position, cett) {
      loaded.activations.put(context.id, lane, position, cett);
      const binned = new Float32Array(layout.widths.length * bins);
      overview(cett, layout, bins, binned);
      const profile = new Float32Array(layout.widths.length);
      layerProfile(cett, layout, profile);
      const values = Float32Array.from(watched, (index) => cett[index]);
      context.emit({ type: 'position', lane, position, overview: binned, profile, watched: values });
    },
    token({ lane, index, id, text, logprob, entropy, top }) {
      const named = top.map((candidate) => ({ ...candidate, text: model.codec.decode([candidate.id]) }));
      context.emit({ type: 'token', lane, index, token: { id, text }, logprob, entropy, top: named });
    },
  });
  return {
    lanes: result.lanes.map(({ ids: answered, text, finish }) => ({ ids: answered, text, finish })),
    promptLength: ids.length,
    prefillMs: result.prefillMs,
    decodeMs: result.decodeMs,
    steps: result.steps,
  };
}

/** The engine behind the protocol: holds one model at a time. */
export function createEngine(makers: RuntimeMakers): Handlers {
  let loaded: Loaded | undefined;

  const current = () => {
    if (!loaded) throw new EngineError('no-model', 'No model is loaded; choose one first.');
    return loaded;
  };
  const release = async () => {
    const old = loaded;
    loaded = undefined;
    old?.prompts.clear();
    await old?.model.session.release();
    old?.model.runtime.release();
  };

  return {
    async load(input, context) {
      await release();
      const opened = await loadModel(input, makers, { onProgress: context.emit, signal: context.signal });
      loaded = {
        ...opened,
        prompts: promptCache(opened.model.runtime, PROMPT_BYTES),
        activations: activationStore(ACTIVATION_BYTES),
      };
      return summary(opened);
    },
    generate: (input, context) => answer(current(), input, context),
    async detail({ run, lane, position, start, end }) {
      return { cett: current().activations.get(run, lane, position, start, end) };
    },
    async control({ members, seed }) {
      const { model, calibration } = current();
      return {
        members: randomControl({ layout: model.layout, members, meanCett: calibration.meanCett, seed }),
      };
    },
    async free() {
      await release();
      return {};
    },
  };
}
