import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { denseBudget, denseOn } from '../../../src/model/dense-budget.ts';
import { type OpenOnnxOptions, openOnnx } from '../../../src/model/open-onnx.ts';
import { nodeWasmRuntime } from '../../../src/model/runtime/wasm-node.ts';
import { openLanguageModel } from '../../../src/node/open-model.ts';
import { largestDifference } from '../../support/differences.ts';
import { fixtureFiles, fixturePlaces } from '../../support/onnx-engine.ts';
import { readExpected } from '../../support/onnx-fixtures.ts';
import { readLast } from '../../support/readings.ts';

const runtime = nodeWasmRuntime(1);

async function open(path: string, options: OpenOnnxOptions) {
  const folder = `test/fixtures/onnx/${path}`;
  const model = await openOnnx(fixtureFiles(folder), runtime, options);
  const expected = readExpected(folder);
  const found = await readLast({ model, io: model.io }, expected.ids);
  await model.session.release();
  return { model, found, expected };
}

describe('an export on WebAssembly with its weights dense', () => {
  it.each([
    ['llama/genai-int4-asym', '4-bit blocks, held as float32'],
    ['llama/tjs-bnb4', '4-bit NF4, held as float32'],
    ['gemma3/tjs-q4f16', '4-bit blocks, held as float32'],
    ['qwen2/genai-int4-webgpu-graph', '4-bit blocks, 10 of 11 weights held as float32'],
    ['gpt2/tjs-q8', '8-bit integers, held as float32'],
  ])('%s is the same model and shows the same neurons', async (path, precision) => {
    const plain = await open(path, {});
    const dense = await open(path, denseOn('wasm'));
    expect(plain.model.precision).toBe('as exported');
    expect(dense.model.precision).toBe(precision);
    expect(dense.model.lanesApart).toBe(false);
    expect(dense.model.fingerprint).toBe(plain.model.fingerprint);
    expect(dense.model.signature).toEqual(plain.model.signature);
    // What remains is the rounding of activations in the graph as it was exported.
    const spread = Math.max(...dense.expected.logits.map(Math.abs));
    expect(largestDifference(dense.found.logits, plain.found.logits)).toBeLessThan(0.05 * spread);
    expect(largestDifference(dense.found.cett, plain.found.cett)).toBeLessThan(0.05);
  });

  it('keeps what exceeds the budget, of which the files take their part', async () => {
    const path = 'llama/genai-int4-asym';
    expect((await open(path, { dequantise: { budget: 100_000 } })).model.precision).toBe('as exported');
    expect((await open(path, { dequantise: { budget: 300_000 } })).model.precision).toMatch(
      /^4-bit blocks, \d of 11 weights held as float32$/,
    );
  });
});

it('only WebAssembly gets dense weights unasked, up to what it and the memory hold', () => {
  expect(denseOn('webgpu')).toEqual({});
  expect(denseOn('native')).toEqual({});
  expect(denseBudget('wasm', 64e9)).toBe(2.5e9);
  expect(denseBudget('wasm', 2e9)).toBeCloseTo((0.9 * 2e9) / 2.6);
  expect(denseBudget('native', 64e9)).toBeGreaterThan(15e9);
});

it('the terminal takes an export as it is, or dense where that is asked for', async () => {
  const folder = 'test/fixtures/onnx/gpt2/tjs-q8';
  const places = fixturePlaces(folder);
  const copy = await mkdtemp(join(tmpdir(), 'h-neurons-dense-'));
  try {
    await Promise.all([...places].map(([name, place]) => copyFile(place, join(copy, name))));
    for (const [dense, precision] of [
      [false, 'as exported'],
      [true, '8-bit integers, held as float32'],
    ] as const) {
      const model = await openLanguageModel(copy, 'native', { threads: 1, dense });
      expect(model.precision).toBe(precision);
      await model.session.release();
    }
  } finally {
    await rm(copy, { recursive: true });
  }
});
