import { describe, expect, it } from 'vitest';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import type { Build } from '../../../../src/graph/gguf/graph-build.ts';
import { blockLinear } from '../../../../src/graph/gguf/linear.ts';
import { type Precision, readFloats } from '../../../../src/graph/gguf/linear-weights.ts';
import { llamaConfig } from '../../../../src/graph/gguf/llama-config.ts';
import { buildLlama } from '../../../../src/graph/gguf/llama-graph.ts';
import { quantise8 } from '../../../../src/graph/gguf/requantise.ts';
import type { GgufFile, GgufTensor } from '../../../../src/graph/gguf/types.ts';
import { graph, model, valueInfo } from '../../../../src/graph/onnx/builders.ts';
import { instrument } from '../../../../src/graph/onnx/instrument.ts';
import { DataType, encodeModel } from '../../../../src/graph/onnx/model.ts';
import { precisionFor } from '../../../../src/model/gguf-precision.ts';
import { openGguf } from '../../../../src/model/open-gguf.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import type { Runtime } from '../../../../src/model/runtime/types.ts';
import { nodeWasmRuntime } from '../../../../src/model/runtime/wasm-node.ts';
import { largestDifference } from '../../../support/differences.ts';
import {
  familyReferences,
  familySource,
  type TinyFamily,
  tinyFamilies,
} from '../../../support/tiny-families.ts';

const native = nativeRuntime(1);
const BLOCK = 32;

/** Q8_0 blocks of float32 weights. */
function inQ8(values: Float32Array): Uint8Array {
  const blocks = values.length / BLOCK;
  const bytes = new Uint8Array(blocks * (BLOCK + 2));
  const view = new DataView(bytes.buffer);
  for (let block = 0; block < blocks; block++) {
    const own = values.subarray(block * BLOCK, (block + 1) * BLOCK);
    const largest = own.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    // A power of two is exact in float16.
    const exponent = Math.max(-14, Math.ceil(Math.log2(Math.max(largest, 2 ** -20) / 127)));
    view.setUint16(block * (BLOCK + 2), (exponent + 15) << 10, true);
    own.forEach((value, i) => {
      view.setInt8(block * (BLOCK + 2) + 2 + i, Math.round(value / 2 ** exponent));
    });
  }
  return bytes;
}

/** A tiny model with all its matrices in Q8_0, whose values 8-bit blocks hold exactly. */
async function q8File(name: TinyFamily): Promise<GgufFile> {
  const file = await readGguf(await familySource(name));
  const pieces = new Map<number, Uint8Array>();
  const tensors = new Map<string, GgufTensor>();
  let offset = 2 ** 32;
  for (const tensor of file.tensors.values()) {
    if (tensor.dims.length < 2 || tensor.dims[1] === 1) {
      tensors.set(tensor.name, tensor);
      continue;
    }
    const bytes = inQ8(await readFloats(file, tensor));
    tensors.set(tensor.name, { ...tensor, type: 'Q8_0', offset, byteLength: bytes.byteLength });
    pieces.set(offset, bytes);
    offset += 2 ** 32;
  }
  const read = async (at: number, length: number) => {
    const base = Math.floor(at / 2 ** 32) * 2 ** 32;
    const piece = pieces.get(base);
    return piece ? piece.slice(at - base, at - base + length) : file.source.read(at, length);
  };
  return { ...file, tensors, source: { ...file.source, size: offset, read } };
}

/** Logits and z of the last position. */
async function read(file: GgufFile, name: TinyFamily, runtime: Runtime, precision: Precision) {
  const config = llamaConfig(file);
  const built = await buildLlama(file, config, precision);
  const { model: edited, graph: neurons } = instrument(built.model, built.externalData, {
    maxConcatInputs: 99,
  });
  const session = await runtime.createSession(edited);
  const { input_ids: ids } = familyReferences[name];
  const int64 = (values: readonly number[], dims: readonly number[]) =>
    runtime.tensor('int64', BigInt64Array.from(values, BigInt), dims);
  const last = int64([ids.length - 1], [1]);
  const feeds = Object.fromEntries(
    session.inputs.map(({ name: input, dims }) => {
      if (input === 'input_ids') return [input, int64(ids, [1, ids.length])];
      if (input === 'attention_mask')
        return [
          input,
          int64(
            ids.map(() => 1),
            [1, ids.length],
          ),
        ];
      if (input === neurons.capturePositions || input === neurons.logitPositions) return [input, last];
      if (input.startsWith('past')) {
        const empty = [1, Number(dims[1]), 0, Number(dims[3])];
        return [input, runtime.tensor('float32', new Float32Array(0), empty)];
      }
      const width = Number(dims[2]);
      return [input, runtime.tensor('float32', new Float32Array(width).fill(1), [1, 1, width])];
    }),
  );
  const output = await session.run(feeds, ['logits', neurons.activations]);
  const [logits, z] = await runtime.read([output.logits, output[neurons.activations]]);
  await session.release();
  return { logits, z };
}

describe.each(tinyFamilies)('%s with embedding and weights in 8-bit blocks', (name) => {
  it('computes what it does with the same weights as float32, native and on WebAssembly', async () => {
    const file = await q8File(name);
    const dense = await read(file, name, native, 'float32');
    for (const runtime of [native, nodeWasmRuntime()]) {
      const blocks = await read(file, name, runtime, 'block8');
      expect(largestDifference(blocks.logits, dense.logits)).toBeLessThan(1e-4);
      expect(largestDifference(blocks.z, dense.z)).toBeLessThan(1e-4);
    }
  });
});

it('a tied output layer reads the blocks of the embedding', async () => {
  const file = await q8File('gemma3');
  const { model: built, externalData } = await buildLlama(file, llamaConfig(file), 'block8');
  const product = built.graph?.node.find(({ output }) => output[0] === 'logits');
  expect(product).toMatchObject({
    opType: 'MatMulNBits',
    input: [expect.any(String), 'embedding.weight', 'embedding.scales'],
  });
  expect(externalData.filter(({ path }) => path.startsWith('logits'))).toEqual([]);
});

it('a matrix that is too large for one buffer is several, one under another', async () => {
  const [n, k] = [10, 64];
  const values = Float32Array.from({ length: n * k }, (_, i) => Math.sin(i));
  const blocks = { bits: 8 as const, ...quantise8(values, n, k) };
  const x = Float32Array.from({ length: k }, (_, i) => Math.cos(i));
  const run = async (largest: number) => {
    const parts = { nodes: [], inputs: [], outputs: [], initializers: [], externalData: [] };
    const build = { ...parts, precision: 'block8', read: () => {} } as unknown as Build;
    blockLinear(build, 'x', 'y', blocks, n, k, largest);
    const content = graph('split', {
      ...build,
      inputs: [valueInfo('x', DataType.FLOAT, [1, 1, k])],
      outputs: [valueInfo('y', DataType.FLOAT, [1, 1, n])],
    });
    const proto = encodeModel(model(content, { '': 17, 'com.microsoft': 1 }));
    const session = await native.createSession({ proto, externalData: build.externalData });
    const { y } = await session.run({ x: native.tensor('float32', x, [1, 1, k]) });
    const [found] = await native.read([y]);
    await session.release();
    return { found, products: build.nodes.filter(({ opType }) => opType === 'MatMulNBits').length };
  };
  const whole = await run(n * k);
  const split = await run(4 * k);
  expect([whole.products, split.products]).toEqual([1, 3]);
  expect(largestDifference(split.found, whole.found)).toBeLessThan(1e-6);
  expect(Math.max(...whole.found)).toBeGreaterThan(0);
});

describe('the precision', () => {
  const weights = (billions: number) => {
    const tensor = { name: 'w', dims: [1000, 1e6 * billions], type: 'Q8_0', offset: 0, byteLength: 0 };
    return { tensors: new Map([['w', tensor as GgufTensor]]) } as unknown as GgufFile;
  };

  it('is float32 on the CPU as long as it fits, and in blocks on WebGPU', () => {
    for (const kind of ['wasm', 'native'] as const)
      expect(precisionFor(kind, weights(0.5))).toEqual({ precision: 'float32', name: 'float32' });
    expect(precisionFor('native', weights(5)).precision).toBe('float32');
    expect(precisionFor('webgpu', weights(0.1))).toEqual({
      precision: 'block8',
      name: '8-bit blocks of 32',
    });
  });

  it('is in blocks beyond what WebAssembly holds or the memory has, and says why', () => {
    expect(precisionFor('wasm', weights(1))).toEqual({
      precision: 'block8',
      name: '8-bit blocks of 32 (as float32 they would take 4.0 GB, and WebAssembly holds 2.5 GB)',
    });
    for (const kind of ['wasm', 'native'] as const)
      expect(precisionFor(kind, weights(0.5), { memory: 4e9 })).toEqual({
        precision: 'block8',
        name: '8-bit blocks of 32 (as float32 they would take 2.0 GB, for which there is not the memory here)',
      });
    expect(precisionFor('wasm', weights(0.5), { memory: 8e9 }).precision).toBe('float32');
    expect(precisionFor('wasm', weights(1), { precision: 'float32' }).precision).toBe('float32');
  });

  it('of a model that is opened with little memory is in blocks', async () => {
    const opened = await openGguf(await familySource('gemma3'), native, { memory: 1000 });
    expect(opened.precision).toMatch(/^8-bit blocks of 32 \(as float32/);
    await opened.session.release();
  });
});
