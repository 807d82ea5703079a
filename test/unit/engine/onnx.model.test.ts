import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generate } from '../../../src/inference/generate.ts';
import { promptCache } from '../../../src/inference/prompt-cache.ts';
import { openOnnx } from '../../../src/model/open-onnx.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { nodeWasmRuntime } from '../../../src/model/runtime/wasm-node.ts';
import { counted, lane, type Opened, recorder } from '../../support/models.ts';
import { expectEngine, fixtureFiles, openExport } from '../../support/onnx-engine.ts';
import { readExpected, supportedFixtures } from '../../support/onnx-fixtures.ts';

const folder = (variant: string) => `test/fixtures/onnx/${variant}`;
const webGpuOnly = 'qwen3/genai-int4-webgpu-qknorm';

for (const runtime of [nativeRuntime(1), nodeWasmRuntime(1)]) {
  describe(`exports in the engine, ${runtime.kind}`, () => {
    for (const variant of supportedFixtures().filter((name) => name !== webGpuOnly))
      it(variant, () => expectEngine(folder(variant), fixtureFiles(folder(variant)), runtime));
  });
}

describe('prompts that share a start', () => {
  const { ids } = readExpected(folder('lfm2/genai-fp32'));
  const other = [...ids.slice(0, 10), 7, 8];

  /** Answers a prompt, then another with the same start, with a prompt cache; returns what the second gave and its runs. */
  async function second({ model, io }: Opened, withCache: boolean) {
    const kept = withCache ? promptCache(model.runtime, 1e8) : undefined;
    const watched = counted({ model, io });
    const request = { lanes: [lane()], maxTokens: 3, promptCache: kept };
    await generate(watched.model, { ...request, promptIds: ids }, recorder(1).listener);
    const { tokens, cett, listener } = recorder(1);
    await generate(watched.model, { ...request, promptIds: other }, listener);
    kept?.clear();
    return { top: tokens[0]!.map(({ top }) => top), cett: cett[0]! };
  }

  for (const variant of [
    'lfm2/genai-fp32',
    'qwen3_5/genai-fp32',
    'llama/dynamo-fp32',
    'falcon/optimum-fp32',
  ]) {
    it(`are read as if each stood alone (${variant})`, async () => {
      const opened = await openExport(fixtureFiles(folder(variant)), nativeRuntime(1));
      const [kept, fresh] = [await second(opened, true), await second(opened, false)];
      expect(kept.top.map((top) => top.map(({ id }) => id))).toEqual(
        fresh.top.map((top) => top.map(({ id }) => id)),
      );
      expect(kept.cett).toHaveLength(fresh.cett.length);
      for (const [position, values] of fresh.cett.entries())
        expect(
          Math.max(...values.map((value, at) => Math.abs(value - kept.cett[position]![at]!))),
        ).toBeLessThan(1e-5);
      await opened.model.session.release();
    });
  }
});

describe('a graph without a cache', () => {
  let opened: Opened;
  const { ids } = readExpected(folder('llama/dynamo-fp32'));
  beforeAll(async () => {
    opened = await openExport(fixtureFiles(folder('llama/dynamo-fp32')), nativeRuntime(1));
  });
  afterAll(() => opened.model.session.release());

  it('keeps the prompt unscaled where factors begin with the answer', async () => {
    const neurons = [{ layer: 0, neuron: 3, factor: 4 }];
    const lanes = [lane(), lane(neurons, { scope: 'answer' }), lane(neurons)];
    const { tokens, cett, listener } = recorder(3);
    await generate({ ...opened.model, eosIds: new Set() }, { promptIds: ids, lanes, maxTokens: 2 }, listener);
    const [plain, answer, everywhere] = tokens.map(([first]) => first!.top.map(({ logprob }) => logprob));
    expect(answer).toEqual(plain);
    expect(everywhere).not.toEqual(plain);
    const layerOne = opened.model.layout.offsets[1]!;
    expect(cett[1]![5]).toEqual(cett[0]![5]);
    expect(cett[2]![5]!.slice(layerOne)).not.toEqual(cett[0]![5]!.slice(layerOne));
    expect(tokens[1]![1]!.top).not.toEqual(tokens[0]![1]!.top);
  });
});

describe('exports that do not run', () => {
  it('attention that only WebGPU computes is refused when it is opened on a CPU', async () => {
    const open = openOnnx(fixtureFiles(folder(webGpuOnly)), nativeRuntime(1));
    await expect(open).rejects.toThrow(/WebGPU and CUDA only/);
  });

  it('half precision is refused on a device without it', async () => {
    const device = { ...nativeRuntime(1), float16: false };
    const open = openOnnx(fixtureFiles(folder('phi3/genai-int4-webgpu')), device);
    await expect(open).rejects.toThrow(/half precision.*shader-f16/);
  });
});
