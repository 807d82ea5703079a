import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ActivationsOptions, runActivations } from '../../../src/cli/activations.ts';
import { runInspect } from '../../../src/cli/inspect.ts';
import { pointOutside } from '../../../src/graph/onnx/builders.ts';
import { externalLocation } from '../../../src/graph/onnx/external-location.ts';
import { decodeModel, encodeModel } from '../../../src/graph/onnx/model.ts';
import { openOnnx } from '../../../src/model/open-onnx.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { largestDifference } from '../../support/differences.ts';
import { fixtureFiles } from '../../support/onnx-engine.ts';
import { readExpected } from '../../support/onnx-fixtures.ts';

const fixtures = 'test/fixtures/onnx';
const source = `${fixtures}/llama/optimum-external-data-2files`;
const expected = readExpected(source);
const names: Readonly<Record<string, string>> = {
  'model.onnx_data': 'weights/first.bin',
  'model.onnx_data_1': 'parts of it/deep/second',
};

/** A repository as the Hub has them: JSON files above, graphs in onnx/, data in folders of other names. */
function makeRepository(): string {
  const root = mkdtempSync(join(tmpdir(), 'hneurons-export-'));
  for (const folder of ['onnx/weights', 'onnx/parts of it/deep'])
    mkdirSync(join(root, folder), { recursive: true });
  for (const file of ['tokenizer.json', 'tokenizer_config.json'])
    copyFileSync(`${fixtures}/${file}`, join(root, file));
  copyFileSync(`${fixtures}/llama/config.json`, join(root, 'config.json'));
  const model = decodeModel(new Uint8Array(readFileSync(`${source}/model.onnx`)));
  for (const tensor of model.graph!.initializer) {
    const place = externalLocation(tensor);
    if (place) pointOutside(tensor, names[place.location]!, place.offset, place.length!);
  }
  writeFileSync(join(root, 'onnx/model.onnx'), encodeModel(model));
  for (const [from, to] of Object.entries(names)) copyFileSync(`${source}/${from}`, join(root, 'onnx', to));
  return root;
}

const options = (model: string, rest: Partial<ActivationsOptions> = {}): ActivationsOptions => ({
  model,
  device: 'native',
  ids: expected.ids,
  scale: 1,
  top: 10,
  logits: true,
  all: true,
  ...rest,
});

describe('the folder of an export in the terminal', () => {
  let root: string;
  beforeAll(() => {
    root = makeRepository();
  });
  afterAll(() => rmSync(root, { recursive: true }));

  for (const device of ['native', 'wasm'] as const) {
    it(`activations shows the last position, ${device}`, async () => {
      const report = await runActivations(options(root, { device }));
      expect(report.ids).toEqual(expected.ids);
      expect(largestDifference(report.logits!, expected.logits)).toBeLessThan(1e-4);
      for (const { layer, z, cett, out_norm } of report.layers) {
        const wanted = expected.layers[layer]!;
        expect(largestDifference(z!, wanted.z)).toBeLessThan(1e-4);
        expect(largestDifference(cett!, wanted.cett)).toBeLessThan(1e-4);
        expect(out_norm).toBeCloseTo(wanted.outNorm, 4);
      }
    });

    it(`activations steers the neurons that are named, ${device}`, async () => {
      const neuron = expected.scale.map((each) => `${each.layer}:${each.neuron}=${each.factor}`);
      expect(neuron.some((text) => text.endsWith('=-1.5'))).toBe(true);
      const report = await runActivations(options(root, { device, neuron }));
      expect(largestDifference(report.logits!, expected.scaledLogits)).toBeLessThan(1e-4);
    });
  }

  it('a graph is opened by its own path, with the files around it', async () => {
    const [whole, graph] = [
      await runActivations(options(root)),
      await runActivations(options(join(root, 'onnx/model.onnx'))),
    ];
    expect(graph).toEqual(whole);
  });

  it('inspect lists what is found and the data files', async () => {
    expect(await runInspect(root)).toEqual({
      format: 'ONNX',
      graph: 'onnx/model.onnx',
      data_files: expect.arrayContaining(Object.values(names)),
      layers: 2,
      down_projections: [0, 1].map((layer) => ({
        layer,
        width: 160,
        hidden: 64,
        node: `/model/layers.${layer}/mlp/down_proj/MatMul`,
        op: 'MatMul',
      })),
    });
  });

  it('names a data file that is missing', async () => {
    rmSync(join(root, 'onnx/weights/first.bin'));
    for (const run of [runInspect(root), runActivations(options(root))])
      await expect(run).rejects.toThrow(/lacks the model's data file onnx\/weights\/first.bin/);
  });
});

describe('what a graph lets be done', () => {
  it('inspect says where one cannot run', async () => {
    const report = await runInspect(`${fixtures}/qwen3/genai-int4-webgpu-qknorm`);
    expect(report).toMatchObject({ layers: 2, limits: [expect.stringMatching(/WebGPU and CUDA only/)] });
  });

  it('inspect gives the reason for refusing', async () => {
    await expect(runInspect(`${fixtures}/qwen3_moe/optimum-fp32`)).rejects.toThrow(/mixture of experts/);
  });

  it('a folder of onnxruntime-genai needs no config.json', async () => {
    const root = mkdtempSync(join(tmpdir(), 'hneurons-genai-'));
    const folder = `${fixtures}/lfm2/genai-fp32`;
    const { ids, logits } = readExpected(folder);
    for (const file of ['model.onnx', 'model.onnx.data']) copyFileSync(`${folder}/${file}`, join(root, file));
    for (const file of ['tokenizer.json', 'tokenizer_config.json'])
      copyFileSync(join(dirname(dirname(folder)), file), join(root, file));
    const decoder = { head_size: 16, hidden_size: 64, num_attention_heads: 4 };
    const model = { type: 'lfm2', vocab_size: 320, context_length: 512, eos_token_id: 2, decoder };
    writeFileSync(join(root, 'genai_config.json'), JSON.stringify({ model }));
    const report = await runActivations(options(root, { ids }));
    expect(largestDifference(report.logits!, logits)).toBeLessThan(1e-4);
    rmSync(root, { recursive: true });
  });

  it('a text starts with the token that the post-processor puts first', async () => {
    const files = fixtureFiles(`${fixtures}/llama/tjs-q8`);
    const opened = async (processor: unknown) => {
      const read = async (path: string) => {
        const bytes = await files.read(path);
        if (path !== 'tokenizer.json') return bytes;
        const json = JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
        return new TextEncoder().encode(JSON.stringify({ ...json, post_processor: processor }));
      };
      const model = await openOnnx({ ...files, read }, nativeRuntime(1));
      await model.session.release();
      return model.addBos;
    };
    const template = {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<|endoftext|>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [],
      special_tokens: { '<|endoftext|>': { id: '<|endoftext|>', ids: [0], tokens: ['<|endoftext|>'] } },
    };
    const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: true };
    expect(await opened(byteLevel)).toBe(false);
    expect(await opened(template)).toBe(true);
    expect(await opened({ type: 'Sequence', processors: [byteLevel, template] })).toBe(true);
  });
});
