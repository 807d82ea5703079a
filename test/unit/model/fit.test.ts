import { describe, expect, it } from 'vitest';
import { fitOf, type ModelFacts, needOf, parametersOf, runsDense } from '../../../src/model/fit.ts';
import type { DeviceFacts } from '../../../src/model/runtime/device-facts.ts';
import type { OnnxPrecision } from '../../../src/model/source.ts';
import { suggest } from '../../../src/model/suggest.ts';

const GB = 2 ** 30;
const wasm: DeviceFacts = { kind: 'wasm', float16: true, memory: 8 * GB, storageFree: 10e9 };
const gpu: DeviceFacts = {
  kind: 'webgpu',
  float16: true,
  maxBufferSize: 2 * GB,
  maxStorageBufferBindingSize: 2 * GB,
  memory: 8 * GB,
  storageFree: 10e9,
};

/** Sizes of the files of an export with the embedding left as it is in 4 bits. */
function exported(precision: OnnxPrecision, parameters: number, embedding: number): ModelFacts {
  const rest = parameters - embedding;
  const bytes: Record<OnnxPrecision, number> = {
    fp32: 4 * parameters,
    fp16: 2 * parameters,
    q8: parameters,
    int8: parameters,
    uint8: parameters,
    q4: 0.65 * rest + 4 * embedding,
    q4f16: 0.6 * rest + 2 * embedding,
    bnb4: 0.6 * rest + 4 * embedding,
  };
  const weightBytes = bytes[precision];
  return { format: 'onnx', precision, weightBytes, toFetch: weightBytes, parameters };
}

const smol = (precision: OnnxPrecision): ModelFacts => ({
  ...exported(precision, 134.5e6, 28.3e6),
  vocabulary: 49_152,
  hidden: 576,
});
const llama1b = (precision: OnnxPrecision): ModelFacts => ({
  ...exported(precision, 1.236e9, 262e6),
  vocabulary: 128_256,
  hidden: 2048,
});
const gguf = (quantisation: string, weightBytes: number, parameters?: number): ModelFacts => ({
  format: 'gguf',
  quantisation,
  weightBytes,
  toFetch: weightBytes,
  parameters,
});

describe('the fit of a model', () => {
  it('says what it needs, with the numbers of the device', () => {
    expect(fitOf(smol('q8'), wasm)).toEqual({
      fits: 'yes',
      sentence: 'Needs about 1.6 GB of memory; this device reports 8 GB.',
      memoryBytes: 1_648_800_000,
    });
    expect(fitOf(smol('q8'), { kind: 'wasm', float16: true }).sentence).toBe('Needs about 1.6 GB of memory.');
  });

  it('agrees with what the default model was measured to take', () => {
    const { memory } = needOf(gguf('Q4_1', 98_362_432, 134.5e6), wasm);
    expect(memory / 1.896e9).toBeGreaterThan(0.8);
    expect(memory / 1.896e9).toBeLessThan(1.2);
  });

  it('is tight where half of the memory is taken, and none where all is', () => {
    expect(fitOf(smol('q8'), { ...wasm, memory: 2 * GB })).toMatchObject({
      fits: 'tight',
      sentence:
        'Needs about 1.6 GB of memory; this device reports 2 GB. Close other tabs before it is loaded.',
    });
    const fit = fitOf(smol('fp32'), { ...gpu, memory: GB });
    expect(fit).toMatchObject({ fits: 'no' });
    expect(fit.sentence).toMatch(/^Needs about 1\.4 GB of memory, and this device reports 1 GB; choose/);
  });

  it('takes 8 GB for 8 GB or more, as browsers say it of all larger machines', () => {
    expect(fitOf(llama1b('fp32'), gpu)).toMatchObject({ fits: 'tight' });
    expect(fitOf(llama1b('fp32'), { ...gpu, memory: 32 * GB })).toMatchObject({ fits: 'yes' });
  });

  it('says where there is no room to keep the files', () => {
    expect(fitOf(smol('q8'), { ...wasm, storageFree: 50e6 })).toMatchObject({
      fits: 'tight',
      sentence: expect.stringContaining(
        'It will not be kept: it has 135 MB, and this browser has room for 50 MB.',
      ),
    });
    expect(fitOf({ ...smol('q8'), toFetch: 0 }, { ...wasm, storageFree: 50e6 })).toMatchObject({
      fits: 'yes',
    });
  });

  it('on WebAssembly is that of dense float32 up to 3 GB, else of the files up to 4 GB', () => {
    expect(runsDense(smol('q4'), wasm)).toBe(true);
    expect(runsDense(llama1b('q4'), wasm)).toBe(false);
    expect(runsDense(smol('q4'), { memory: GB })).toBe(false);
    expect(fitOf(llama1b('q8'), wasm)).toMatchObject({
      fits: 'yes',
      sentence: expect.stringContaining('too large to run as float32'),
    });
    expect(fitOf(llama1b('fp32'), { ...wasm, memory: 64 * GB })).toMatchObject({
      fits: 'no',
      sentence: 'Needs about 5.2 GB in WebAssembly, which has 4 GB; choose a smaller model or precision.',
    });
  });

  it('on WebGPU wants half precision where the graph computes in it, and buffers that hold the embedding', () => {
    expect(fitOf(smol('q4f16'), { ...gpu, float16: false })).toMatchObject({
      fits: 'no',
      sentence: expect.stringContaining('shader-f16'),
    });
    expect(fitOf(smol('q4'), { ...gpu, maxStorageBufferBindingSize: 128 * 2 ** 20 })).toMatchObject({
      fits: 'yes',
    });
    expect(fitOf(llama1b('q4'), { ...gpu, maxStorageBufferBindingSize: 128 * 2 ** 20 })).toMatchObject({
      fits: 'no',
      sentence:
        'Its largest weight takes 1.1 GB, and this graphics adapter allows 134 MB at once; choose a half precision or WebAssembly.',
    });
  });

  it.each(['Q2_K', 'IQ4_XS', 'Q3_K_M', 'TQ1_0', 'MXFP4'])('refuses GGUF weights of type %s', (type) => {
    expect(fitOf(gguf(type, 1e8), wasm)).toMatchObject({
      fits: 'no',
      sentence: expect.stringContaining(`type ${type} cannot be read`),
    });
  });

  it('guesses the weights of files that are not counted', () => {
    const near = (facts: ModelFacts, parameters: number) => {
      expect(parametersOf({ ...facts, parameters: undefined }) / parameters).toBeGreaterThan(0.6);
      expect(parametersOf({ ...facts, parameters: undefined }) / parameters).toBeLessThan(1.7);
    };
    for (const precision of ['fp32', 'fp16', 'q8', 'q4', 'q4f16'] as const) near(llama1b(precision), 1.236e9);
    near(gguf('Q8_0', 145e6), 134.5e6);
    near(gguf('Q4_K_M', 105e6), 134.5e6);
    near(gguf('F16', 271e6), 134.5e6);
  });
});

const all: readonly OnnxPrecision[] = ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4'];
const suggested = (models: readonly ModelFacts[], device: DeviceFacts, name = 'own/model') => {
  const { index, why } = suggest(
    models.map((model) => ({ model, fit: fitOf(model, device) })),
    device,
    name,
  );
  return { ...models[index]!, why };
};

describe('the suggested choice', () => {
  it.each<[string, DeviceFacts, string, OnnxPrecision, RegExp]>([
    ['WebAssembly', wasm, 'own/m', 'q8', /small download; WebAssembly multiplies float32 fastest/],
    ['WebGPU', gpu, 'own/m', 'q4f16', /computes in half precision/],
    ['WebGPU without half precision', { ...gpu, float16: false }, 'own/m', 'q4', /has no half precision/],
    ['WebGPU with Gemma 3', gpu, 'onnx-community/gemma-3-270m-it-ONNX', 'q4', /exceed what half precision/],
  ])('of an export on %s', (_, device, name, precision, why) => {
    expect(suggested(all.map(smol), device, name)).toMatchObject({
      precision,
      why: expect.stringMatching(why),
    });
  });

  it('passes over what does not fit', () => {
    const narrow = { ...gpu, maxStorageBufferBindingSize: 600e6 };
    expect(suggested(all.map(llama1b), narrow).precision).toBe('q4f16');
    expect(suggested(all.map(llama1b), { ...narrow, float16: false }).why).toMatch(
      /^None of them fits here\. /,
    );
  });

  it('of GGUF files is of 8 bits where that is small, else of 4', () => {
    const small = ['Q2_K', 'Q4_K_M', 'Q8_0', 'F16'].map((type, at) => gguf(type, 50e6 * (at + 1), 134.5e6));
    expect(suggested(small, wasm).quantisation).toBe('Q8_0');
    const large = ['F16', 'Q8_0', 'Q6_K', 'Q4_K_M', 'Q4_0'].map((type, at) =>
      gguf(type, 3e9 - 4e8 * at, 1.2e9),
    );
    expect(suggested(large, wasm).quantisation).toBe('Q4_K_M');
  });
});
