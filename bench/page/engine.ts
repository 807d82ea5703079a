import type { GenerateOut } from '../../src/engine/answer-events.ts';
import type { LoadedModel } from '../../src/engine/model-info.ts';
import type { Lane } from '../../src/inference/types.ts';
import type { Prompt } from '../../src/model/prompt.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { createEngineClient, type EngineClient } from '../../src/worker/engine-client.ts';

/** As the page asks for. */
const OVERVIEW_BINS = 256;

/** The engine in its worker, as the page uses it. */
export interface Engine {
  readonly client: EngineClient;
  readonly model: LoadedModel;
  readonly control: readonly NeuronRef[];
  /** Milliseconds from the start of the worker to a model that is ready. */
  readonly loadMs: number;
}

const greedy = { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 0 };

export async function startEngine(modelUrl: string): Promise<Engine> {
  const start = performance.now();
  const worker = new Worker(new URL('../../workers/engine.worker.ts', import.meta.url), { type: 'module' });
  const client = createEngineClient(worker);
  const name = modelUrl.replace(/^.*\//, '');
  const model = await client.call('load', { source: { kind: 'url', url: modelUrl, name }, device: 'wasm' });
  const loadMs = performance.now() - start;
  const { members } = await client.call('control', { members: model.mostActive, seed: 1 });
  return { client, model, control: members, loadMs };
}

const scaled = (neurons: readonly NeuronRef[], factor: number): Lane => ({
  neurons: neurons.map((neuron) => ({ ...neuron, factor })),
  scope: 'everywhere',
  sampling: greedy,
});

/** The page's lanes at a factor: unsteered, steered, random control. */
export function lanesAt({ model, control }: Engine, factor: number): [Lane, Lane, Lane] {
  return [scaled([], 1), scaled(model.mostActive, factor), scaled(control, factor)];
}

export interface Answer {
  readonly ms: number;
  /** Until the first token of the first lane came. */
  readonly firstTokenMs: number;
  readonly prompt: readonly number[];
  readonly out: GenerateOut;
}

export interface Ask {
  readonly prompt: Prompt;
  readonly lanes: readonly Lane[];
  readonly maxTokens: number;
  /** Called with each token of the first lane. */
  readonly onToken?: () => void;
}

/** Answers with everything that the page asks for, its five neurons watched. */
export async function ask({ client, model }: Engine, request: Ask): Promise<Answer> {
  const { prompt, lanes, maxTokens, onToken } = request;
  let read: number[] = [];
  let firstTokenMs: number | undefined;
  const start = performance.now();
  const out = await client.call(
    'generate',
    { prompt, lanes, maxTokens, watched: model.mostActive, bins: OVERVIEW_BINS },
    {
      onEvent(event) {
        if (event.type === 'prompt') read = event.tokens.map(({ id }) => id);
        if (event.type !== 'token' || event.lane !== 0) return;
        firstTokenMs ??= performance.now() - start;
        onToken?.();
      },
    },
  );
  const ms = performance.now() - start;
  if (firstTokenMs === undefined) throw new Error('the answer has no token');
  return { ms, firstTokenMs, prompt: read, out };
}
