import { existsSync, readdirSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, freemem } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Model, modelOf } from '../engine/model.ts';
import { checkedMeanCett } from '../engine/self-test.ts';
import { counted } from '../lib/count.ts';
import { EngineError } from '../lib/errors.ts';
import { denseBudget } from '../model/dense-budget.ts';
import type { ModelFiles } from '../model/onnx-files.ts';
import { openGguf } from '../model/open-gguf.ts';
import { openOnnx } from '../model/open-onnx.ts';
import { nativeRuntime } from '../model/runtime/native.ts';
import type { Runtime } from '../model/runtime/types.ts';
import { nodeWasmRuntime } from '../model/runtime/wasm-node.ts';
import type { LanguageModel } from '../model/types.ts';
import { withGguf } from './file-source.ts';

/** Where `npm start` and `npm test` put the default model. */
export const DEFAULT_MODEL = fileURLToPath(
  new URL('../../public/models/SmolLM2-135M-Instruct.Q4_1.gguf', import.meta.url),
);

export type CliDevice = 'native' | 'wasm';

function cliRuntime(device: CliDevice, threads = availableParallelism()): Runtime {
  return device === 'wasm' ? nodeWasmRuntime(threads) : nativeRuntime(threads);
}

/**
 * The files below a folder, for `openOnnx`. Where it holds the graph alone (the "onnx" folder of a repository, one
 * variant of several), the JSON files and the chat template of the folder above belong to it.
 */
export function folderFiles(folder: string): ModelFiles {
  const below = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const above = below.includes(join(folder, 'config.json'))
    ? []
    : readdirSync(dirname(folder)).filter((name) => /\.(json|jinja)$/.test(name));
  const places = new Map<string, string>([
    ...above.map((name): [string, string] => [name, join(dirname(folder), name)]),
    ...below.map((path): [string, string] => [relative(folder, path).replaceAll('\\', '/'), path]),
  ]);
  return {
    name: basename(folder),
    list: () => [...places.keys()],
    async read(path) {
      const place = places.get(path);
      if (!place)
        throw new EngineError('load-failed', `${folder} lacks ${path}; choose a folder that holds it.`);
      return new Uint8Array(await readFile(place));
    },
  };
}

/** The path that `--model` or its default names. */
export function existingModel(path: string): { readonly path: string; readonly isFolder: boolean } {
  if (!existsSync(path)) {
    const hint = path === DEFAULT_MODEL ? 'run "npm run setup" to fetch the default model' : 'check the path';
    throw new EngineError('load-failed', `There is no model at ${path}; ${hint}.`);
  }
  return { path: resolve(path), isFolder: statSync(path).isDirectory() };
}

export interface OpenLanguageModelOptions {
  /** One a core where it is left out. */
  readonly threads?: number;
  /** Holds an export's quantised weights as dense float32, as the page does on WebAssembly. */
  readonly dense?: boolean;
}

/** Opens a GGUF file (of a split model any of its files), the folder of an ONNX export, or one of its graphs. */
export async function openLanguageModel(
  path: string,
  device: CliDevice,
  { threads, dense = false }: OpenLanguageModelOptions = {},
): Promise<LanguageModel> {
  const { path: place, isFolder } = existingModel(path);
  const model = await openPlace(place, isFolder, cliRuntime(device, threads), dense);
  if (model.notice) process.stderr.write(`${model.notice}\n`);
  return model;
}

function openPlace(
  place: string,
  isFolder: boolean,
  runtime: Runtime,
  dense: boolean,
): Promise<LanguageModel> {
  const held = dense ? { dequantise: { budget: denseBudget(runtime.kind, freemem()) } } : {};
  if (isFolder) return openOnnx(folderFiles(place), runtime, held);
  if (place.endsWith('.onnx'))
    return openOnnx(folderFiles(dirname(place)), runtime, { graph: basename(place), ...held });
  return withGguf(place, (sources) => openGguf(sources, runtime, { memory: freemem() }));
}

export interface OpenModelOptions extends OpenLanguageModelOptions {
  /** ONNX Runtime's native build where it is left out. */
  readonly device?: CliDevice;
}

/**
 * Opens a model as `openLanguageModel` does and checks what it computes.
 * @throws EngineError with a code and one sentence that says what to do
 */
export async function openModel(path: string, options: OpenModelOptions = {}): Promise<Model> {
  const { device = 'native', ...rest } = options;
  const language = await openLanguageModel(path, device, rest);
  const meanCett = await checkedMeanCett(language);
  const { kind, threads } = language.runtime;
  const why = `${kind === 'native' ? "ONNX Runtime's native build" : 'WebAssembly'} with ${counted(threads, 'thread')}.`;
  return modelOf(language, { meanCett, why, fromCache: true, notice: language.notice });
}
