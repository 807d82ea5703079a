import { vi } from 'vitest';
import { createSession } from '../../app/explore/state/session.ts';
import type { Engine } from '../../app/shell/engine.ts';
import type { GenerateIn, RereadIn } from '../../src/engine/answer-events.ts';
import type { DoseEvent, DoseIn } from '../../src/engine/dose.ts';
import type { LoadedModel } from '../../src/engine/model-info.ts';
import { EngineError } from '../../src/lib/errors.ts';
import type { Calls, LoadIn } from '../../src/worker/engine-calls.ts';
import type { EngineClient } from '../../src/worker/engine-client.ts';

export const neurons = [0, 1, 2, 3, 4].map((neuron) => ({ layer: 0, neuron }));

export const tinyModel: LoadedModel = {
  name: 'tiny',
  architecture: 'llama',
  fingerprint: 'f',
  layout: { widths: [16], offsets: [0], total: 16 },
  contextLength: 128,
  hasChatTemplate: true,
  device: { kind: 'wasm', threads: 1, why: 'a test' },
  precision: 'float32',
  fromCache: false,
  meanCett: new Float32Array(16),
  mostActive: neurons,
};

interface Options {
  readonly load?: EngineError;
  readonly model?: Partial<LoadedModel>;
  /** Answers `load` in place of these two; may wait. */
  readonly onLoad?: (input: LoadIn) => Promise<LoadedModel>;
  /** Hears of a cancelled call a moment later, as a worker does, which may be done by then. */
  readonly hearsLate?: boolean;
}

/** A call that waits until it is finished or cancelled. */
interface Asked<In, Finish extends unknown[]> {
  readonly input: In;
  /** Request id. */
  readonly id: number;
  finish(...results: Finish): void;
  aborted(): boolean;
}

/** A client whose answers and doses wait until a test finishes them, and whose other calls answer at once. */
export function fakeEngine({ load, model = {}, onLoad, hearsLate = false }: Options = {}) {
  /** Finished with the text of each lane, one token a word. */
  const asked: Asked<GenerateIn, [texts?: readonly string[]]>[] = [];
  const rereads: RereadIn[] = [];
  /** Finished with the text of each lane. */
  const doses: (Asked<DoseIn, [texts: readonly string[]]> & {
    readonly emit: (event: DoseEvent) => void;
  })[] = [];
  const controls: { members: unknown; seed: number }[] = [];
  const facts: unknown[] = [];
  let id = 0;
  let holdsModel = false;
  const lost = new Set<(error: EngineError) => void>();

  const words = (text: string) => text.split(/(?=\s)/).filter((word) => word !== '');
  const idOf = (word: string) => [...word].reduce((sum, c) => 31 * sum + c.codePointAt(0)!, 7) % 65_536;

  const start: EngineClient['start'] = (type, input, options) => {
    id += 1;
    const { signal, onEvent } = options ?? {};
    const own = id;
    const emit = (event: unknown) => onEvent?.(event as Calls[typeof type]['event']);
    const cancellable = (executor: (resolve: (out: unknown) => void) => void) =>
      new Promise((resolve, reject) => {
        const cancel = () => reject(new EngineError('cancelled', 'The request was cancelled.'));
        signal?.addEventListener('abort', () => (hearsLate ? setTimeout(cancel) : cancel()));
        executor(resolve);
      });
    const aborted = () => signal?.aborted ?? false;
    const outs: Partial<Record<keyof Calls, () => Promise<unknown>>> = {
      load: async () => {
        if (load) throw load;
        const loaded = onLoad ? await onLoad(input as LoadIn) : { ...tinyModel, ...model };
        holdsModel = true;
        return loaded;
      },
      control: async () => {
        const { members, seed } = input as Calls['control']['in'];
        controls.push({ members, seed });
        return { members: members.map(({ layer, neuron }) => ({ layer, neuron: neuron + 8 })) };
      },
      neuron: async () => {
        facts.push(input);
        return { columnNorm: 1, normRank: 2, neurons: 16, meanCett: 0 };
      },
      generate: () =>
        cancellable((resolve) => {
          const { lanes } = input as GenerateIn;
          asked.push({
            input: input as GenerateIn,
            id: own,
            aborted,
            finish(texts = lanes.map(() => '')) {
              emit({ type: 'prompt', tokens: [{ id: 1, text: '?' }], notice: '' });
              texts.forEach((text, lane) => {
                words(text).forEach((word, index) => {
                  const token = { id: idOf(word), text: word };
                  emit({ type: 'token', lane, index, token, logprob: -1, entropy: 1, top: [] });
                });
              });
              resolve({
                lanes: texts.map((text) => ({ ids: words(text).map(idOf), text, finish: 'stop' })),
                promptLength: 1,
                prefillMs: 1,
                decodeMs: 1,
                steps: 1,
              });
            },
          });
        }),
      reread: async () => {
        const { answers } = input as RereadIn;
        rereads.push({ prompt: (input as RereadIn).prompt, answers });
        return { logprobs: answers.map((ids) => Float32Array.from(ids, (_, i) => -i - 2)) };
      },
      dose: () =>
        cancellable((resolve) => {
          doses.push({
            input: input as DoseIn,
            id: own,
            aborted,
            emit,
            finish: (texts) =>
              resolve({
                lanes: texts.map((text, i) => ({
                  ids: words(text).map(idOf),
                  text,
                  divergence: i / 10,
                })),
              }),
          });
        }),
    };
    return { id, done: outs[type]!() as Promise<Calls[typeof type]['out']> };
  };
  const client: Engine = {
    start,
    call: (type, input, options) => start(type, input, options).done,
    close() {},
    holdsModel: () => holdsModel,
    onLost: (listener) => void lost.add(listener),
  };
  return {
    client,
    asked,
    doses,
    rereads,
    controls,
    facts,
    /** The model is gone, as when the graphics device was reset. */
    lose(error: EngineError) {
      holdsModel = false;
      for (const listener of lost) listener(error);
    },
  };
}

/** Lets everything run that waits for promises only. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 50; i++) await Promise.resolve();
}

/** A session with a loaded model that is asked its first question. */
export async function readySession(options: Options = {}) {
  const engine = fakeEngine(options);
  const session = createSession(engine.client, (flush) => flush());
  await session.load({ kind: 'url', url: 'http://localhost/m.gguf', name: 'tiny' });
  await vi.waitFor(() => {
    if (engine.asked.length !== 1) throw new Error('The model was not asked yet.');
  });
  return { ...engine, session };
}
