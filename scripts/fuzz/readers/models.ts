import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readGguf } from '../../../src/graph/gguf/file.ts';
import { llamaConfig } from '../../../src/graph/gguf/llama-config.ts';
import { tokenizerFromGguf } from '../../../src/graph/gguf/tokenizer.ts';
import { bytesSource } from '../../../src/lib/bytes/source.ts';
import { openGguf } from '../../../src/model/open-gguf.ts';
import { openOnnx } from '../../../src/model/open-onnx.ts';
import type { LanguageModel } from '../../../src/model/types.ts';
import type { Dice } from '../mutate/dice.ts';
import { changeGguf } from '../mutate/gguf.ts';
import { changeMessage } from '../mutate/protobuf.ts';
import type { Input, Reader } from '../types.ts';
import { asBytes, asJson, fileReader, projectFile } from './one-file.ts';
import { stubRuntime } from './stub-runtime.ts';

const ggufFiles = (...names: readonly string[]) =>
  names.map((name) => [`${name}.gguf`, projectFile(`test/fixtures/gguf/${name}.gguf`)] as const);

const SAMPLE = 'Hello <|im_start|> wörld, 12 cats\n\tsat 😀';

/** Uses the tokenizer of a model as an answer does. */
function exercise({ codec, eosIds }: LanguageModel): void {
  const ids = codec.encode(SAMPLE, { addBos: true });
  codec.decode([...ids, ...eosIds]);
  for (const id of ids) codec.bytes(id);
}

function onnxFolder(family: string, variant: string): Input {
  const folder = `test/fixtures/onnx/${family}/${variant}`;
  const names = readdirSync(fileURLToPath(new URL(`../../../${folder}`, import.meta.url)));
  return {
    'config.json': projectFile(`test/fixtures/onnx/${family}/config.json`),
    'generation_config.json': new TextEncoder().encode('{"eos_token_id": [2, 3], "bos_token_id": 1}'),
    'tokenizer.json': projectFile('test/fixtures/onnx/tokenizer.json'),
    'tokenizer_config.json': projectFile('test/fixtures/onnx/tokenizer_config.json'),
    ...Object.fromEntries(
      names
        .filter((name) => name.startsWith('model.onnx'))
        .map((name) => [name, projectFile(`${folder}/${name}`)]),
    ),
  };
}

async function openFolder(input: Input): Promise<void> {
  const files = {
    name: 'Folder',
    list: () => Object.keys(input),
    read: async (path: string) => input[path]!,
  };
  exercise(await openOnnx(files, stubRuntime, { dequantise: { budget: 2 ** 30 } }));
}

/** A reader of an exported model's folder in which one file is another. */
function folderReader(name: string, title: string, change: (dice: Dice, input: Input) => Input): Reader {
  return {
    name,
    title,
    seeds: () => [
      onnxFolder('llama', 'genai-int4-qdq'),
      onnxFolder('qwen2', 'genai-int4-webgpu-graph'),
      onnxFolder('nemotron', 'genai-int4'),
      onnxFolder('gpt2', 'tjs-q8'),
    ],
    mutate: (dice, seeds) => change(dice, dice.pick(seeds)),
    read: openFolder,
  };
}

const jsonOf = (file: string, title: string) =>
  folderReader(file.replace('.json', '').replaceAll('_', '-'), title, (dice, input) => ({
    ...input,
    [file]: asJson(dice, input[file]!, [input[file]!]),
  }));

export const modelReaders: readonly Reader[] = [
  fileReader({
    name: 'gguf-header',
    title: 'headers of GGUF files',
    files: () => ggufFiles('tiny-llama'),
    change: changeGguf,
    async read(bytes, name) {
      const file = await readGguf(bytesSource(bytes, name));
      llamaConfig(file);
      tokenizerFromGguf(file);
    },
  }),
  fileReader({
    name: 'gguf-open',
    title: 'GGUF files, opened as a model',
    files: () => ggufFiles('tiny-llama', 'qwen2', 'gemma3', 'mistral'),
    change: changeGguf,
    async read(bytes, name) {
      exercise(await openGguf(bytesSource(bytes, name), stubRuntime));
    },
  }),
  folderReader('onnx', 'ONNX files, opened as a model', (dice, input) => ({
    ...input,
    'model.onnx': changeMessage(dice, input['model.onnx']!),
  })),
  folderReader('onnx-data', 'data files beside an ONNX file', (dice, input) => {
    const name = dice.pick(Object.keys(input).filter((each) => each.startsWith('model.onnx')));
    return { ...input, [name]: asBytes(dice, input[name]!, [input[name]!]) };
  }),
  jsonOf('tokenizer.json', 'tokenizers of exported models'),
  jsonOf('config.json', 'configurations of exported models'),
  jsonOf('tokenizer_config.json', 'configurations of tokenizers'),
  jsonOf('generation_config.json', 'configurations of generation'),
];
