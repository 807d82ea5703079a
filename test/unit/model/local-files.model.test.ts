import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { RuntimeMakers } from '../../../src/model/runtime/choose.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { nodeWasmRuntime } from '../../../src/model/runtime/wasm-node.ts';
import { createEngine } from '../../../src/worker/engine.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import { exportOnHub } from '../../support/hub.ts';
import { connect } from '../../support/port.ts';
import { splitGguf } from '../../support/tiny-split.ts';

const tiny = new Uint8Array(readFileSync('test/fixtures/gguf/tiny-llama.gguf'));
const twoFiles = exportOnHub({ 'llama/optimum-external-data-2files': 'onnx/model.onnx' });
const variants = exportOnHub({
  'llama/optimum-external-data-2files': 'onnx/model.onnx',
  'llama/tjs-q8': 'onnx/model_quantized.onnx',
  'llama/tjs-bnb4': 'onnx/model_bnb4.onnx',
});
const half = exportOnHub({ 'gemma3/tjs-q4f16': 'model_q4f16.onnx' });

type Paths = readonly { readonly path: string; readonly file: File }[];
const chosen = (files: ReadonlyMap<string, Uint8Array>, change = (path: string) => path): Paths =>
  [...files].map(([path, bytes]) => ({
    path: change(path),
    file: new File([bytes as Uint8Array<ArrayBuffer>], path.replace(/^.*\//, '')),
  }));
const without = (files: Paths, ...names: readonly string[]) =>
  files.filter(({ path }) => !names.some((name) => path.endsWith(name)));

const native: RuntimeMakers = {
  wasm: async () => ({ ...nativeRuntime(1), kind: 'wasm' }),
  webgpu: async () => ({ ...nativeRuntime(1), kind: 'webgpu', float16: false }),
  webgpuObstacle: async () => undefined,
};
const open: EngineClient[] = [];
function engine(makers = native): EngineClient {
  const client = connect(createEngine(makers));
  open.push(client);
  return client;
}
afterEach(async () => {
  for (const client of open.splice(0)) await client.call('free', {});
});
const load = (files: Paths, client = engine(), device: 'wasm' | 'webgpu' = 'wasm') =>
  client.call('load', { source: { kind: 'files', files }, device });

describe('files of an export', () => {
  it.each<[string, (path: string) => string]>([
    ['as the Hub has them', (path) => path],
    ['in a folder', (path) => `downloads/Llama/${path}`],
    ['beside each other', (path) => path.replace('onnx/', '')],
  ])('%s load in any order', async (_, change) => {
    const model = await load(chosen(twoFiles, change).toReversed());
    expect(model).toMatchObject({ architecture: 'llama', fromCache: false, notice: undefined });
    expect(model.meanCett.every(Number.isFinite)).toBe(true);
  });

  it('with several graphs: the one that suits is taken, and that is said', async () => {
    const { notice } = await load(chosen(variants));
    expect(notice).toMatch(
      /^There are 3 graphs; onnx\/model_quantized\.onnx was taken\. q8 is a small download/,
    );
  });

  it('are named by their folder', async () => {
    expect(await load(chosen(twoFiles, (path) => `Llama/${path}`))).toMatchObject({ name: 'Llama' });
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'the tokenizer',
      ['tokenizer.json'],
      /^onnx\/model\.onnx needs tokenizer\.json beside it; choose them together, or the model's folder\.$/,
    ],
    [
      'configuration and tokenizer',
      ['/config.json', 'config.json', 'tokenizer.json'],
      /needs config\.json and tokenizer\.json beside it/,
    ],
    [
      'a data file',
      ['_data_1'],
      /lacks the model's data file onnx\/model\.onnx_data_1; choose it together with the model/,
    ],
    ['the graph', ['.onnx'], /^None of these 5 files is a model; choose a GGUF file/],
  ])('without %s are refused in a sentence', async (_, names, message) => {
    await expect(load(without(chosen(twoFiles), ...names))).rejects.toMatchObject({
      code: 'bad-input',
      message: expect.stringMatching(message),
    });
  });
});

describe('other files', () => {
  it('that are no model are refused in a sentence', async () => {
    const file = new File(['x'.repeat(3000)], 'model.safetensors');
    await expect(load([{ path: file.name, file }])).rejects.toThrow(
      /^model\.safetensors holds weights for Python/,
    );
    await expect(load([])).rejects.toThrow('No file was chosen');
  });
});

describe('the parts of a split GGUF file', () => {
  const parts = splitGguf(tiny, 'tiny.gguf', [4, 8, 8]).then((sources) =>
    Promise.all(
      sources.map(async ({ name, read, size }) => ({
        path: `models/${name}`,
        file: new File([(await read(0, size)) as Uint8Array<ArrayBuffer>], name),
      })),
    ),
  );

  it('load in any order, other files among them', async () => {
    const [first, second, third] = await parts;
    const readme = { path: 'models/README.md', file: new File(['read me'], 'README.md') };
    expect(await load([third!, readme, first!, second!])).toMatchObject({ layout: { total: 192 } });
  });

  it('are asked for by number where one is missing', async () => {
    const [first, , third] = await parts;
    await expect(load([third!, first!])).rejects.toThrow(
      /is one of 3 files of a model; open it together with file 2\./,
    );
  });
});

describe('a device', () => {
  it('without half precision leaves such a graph to WebAssembly, with the reason', async () => {
    const model = await load(chosen(half), engine(), 'webgpu');
    expect(model.device).toMatchObject({
      kind: 'wasm',
      why: expect.stringMatching(/WebGPU was tried and left \(The export computes in half precision/),
    });
  });

  it('that refused a graph, or ran out of memory, loads the next model', async () => {
    let memory = 0;
    const client = engine({
      ...native,
      wasm: async () => {
        const runtime = nodeWasmRuntime(1);
        return {
          ...runtime,
          createSession: (model) =>
            memory++ === 1
              ? Promise.reject(new RangeError('Array buffer allocation failed'))
              : runtime.createSession(model),
        };
      },
    });
    const unknown = new Map(twoFiles);
    const graph = Buffer.from(twoFiles.get('onnx/model.onnx')!).toString('latin1');
    expect(graph).toContain('Softmax');
    unknown.set('onnx/model.onnx', Buffer.from(graph.replaceAll('Softmax', 'Softmux'), 'latin1'));
    await expect(load(chosen(unknown), client)).rejects.toMatchObject({
      code: 'load-failed',
      message: expect.stringContaining('ONNX Runtime refused the model'),
    });
    await expect(load(chosen(variants), client)).rejects.toMatchObject({
      code: 'out-of-memory',
      message: expect.stringContaining('does not fit into the memory'),
    });
    const model = await load(chosen(variants), client);
    expect(model).toMatchObject({ architecture: 'llama', device: { kind: 'wasm' } });
  });
});
