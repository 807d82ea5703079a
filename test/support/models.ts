import { openAsBlob, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { GenerateListener } from '../../src/inference/generate.ts';
import type { Lane, Sampling } from '../../src/inference/types.ts';
import { type ByteSource, blobSource, bytesSource } from '../../src/lib/bytes/source.ts';
import type { GraphIo } from '../../src/model/graph-io.ts';
import { openGguf } from '../../src/model/open-gguf.ts';
import type { Runtime } from '../../src/model/runtime/types.ts';
import type { LanguageModel } from '../../src/model/types.ts';

const root = new URL('../../', import.meta.url);
const defaultFile = 'public/models/SmolLM2-135M-Instruct.Q4_1.gguf';
const tinyFile = 'test/fixtures/gguf/tiny-llama.gguf';

interface Values {
  readonly top5: readonly { readonly id: number; readonly logprob: number }[];
  readonly greedy_ids: readonly number[];
  readonly layers: readonly {
    readonly layer: number;
    readonly top10: readonly { readonly neuron: number; readonly cett: number }[];
  }[];
}

/** Values of the default model by PyTorch; `scaled` with the neurons of `scale`. */
export interface SmolReference {
  readonly scale: readonly { readonly layer: number; readonly neuron: number; readonly factor: number }[];
  readonly prompts: readonly {
    readonly prompt: string;
    readonly input_ids: readonly number[];
    readonly plain: Values;
    readonly scaled: Values;
  }[];
}

/** Values of the tiny model by NumPy in float64; z and output norms at the last position. */
export interface TinyReference {
  readonly input_ids: readonly number[];
  readonly logits_last: readonly number[];
  readonly layers: readonly {
    readonly z: readonly number[];
    readonly column_norms: readonly number[];
    readonly out_norm: number;
  }[];
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8')) as T;
}

export const smolReference = readJson<SmolReference>('test/fixtures/smollm2-reference.json');
export const tinyReference = readJson<TinyReference>('test/fixtures/gguf/tiny-llama.json');

async function source(path: string): Promise<ByteSource> {
  return blobSource(await openAsBlob(fileURLToPath(new URL(path, root))), path);
}

export const defaultSource = () => source(defaultFile);
export const tinySource = () => source(tinyFile);

/** A model and its graph's interface. */
export interface Opened {
  readonly model: LanguageModel;
  readonly io: GraphIo;
}

async function open(bytes: ByteSource, runtime: Runtime): Promise<Opened> {
  const model = await openGguf(bytes, runtime);
  return { model, io: model.io };
}

export const openDefault = async (runtime: Runtime) => open(await defaultSource(), runtime);
export const openTiny = async (runtime: Runtime) => open(await tinySource(), runtime);

/** The tiny model with room for more positions than its file says. */
export async function openLongTiny(runtime: Runtime, contextLength: number): Promise<Opened> {
  const bytes = readFileSync(new URL(tinyFile, root));
  const key = 'llama.context_length';
  const typeBytes = 4;
  bytes.writeUInt32LE(contextLength, bytes.indexOf(key) + key.length + typeBytes);
  return open(bytesSource(new Uint8Array(bytes), tinyFile), runtime);
}

/** The model with its runs counted, and with what else is to be changed. */
export function counted(
  { model, io }: Opened,
  change: Partial<LanguageModel> = {},
): Opened & { runs(): number } {
  let runs = 0;
  const session: LanguageModel['session'] = {
    ...model.session,
    run(...args) {
      runs++;
      return model.session.run(...args);
    },
  };
  return { model: { ...model, ...change, session }, io, runs: () => runs };
}

export const greedy: Sampling = { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 };

export function lane(neurons: Lane['neurons'] = [], rest: Partial<Omit<Lane, 'neurons'>> = {}): Lane {
  return { neurons, scope: 'everywhere', sampling: greedy, ...rest };
}

type Token = Parameters<GenerateListener['token']>[0];

/** Keeps all that a run tells, by lane; CETT by position in prompt plus answer. */
export function recorder(lanes: number) {
  const tokens: Token[][] = Array.from({ length: lanes }, () => []);
  const cett: Float32Array[][] = Array.from({ length: lanes }, () => []);
  const listener: GenerateListener = {
    position(row, position, values) {
      cett[row]![position] = values;
    },
    token(token) {
      tokens[token.lane]!.push(token);
    },
  };
  return { tokens, cett, listener };
}

/** Pairs of found and reference CETT for the neurons that a reference lists. */
export function listedCett(
  layout: LanguageModel['layout'],
  cett: Float32Array,
  layers: Values['layers'],
): (readonly [number, number])[] {
  return layers.flatMap(({ layer, top10 }) =>
    top10.map((entry) => [cett[layout.offsets[layer]! + entry.neuron]!, entry.cett] as const),
  );
}

/** A reference's greedy answer as `generate` gives it: up to the token that ends it. */
export function answerOf(ids: readonly number[], eosIds: ReadonlySet<number>): number[] {
  const end = ids.findIndex((id) => eosIds.has(id));
  return end < 0 ? [...ids] : ids.slice(0, end);
}
