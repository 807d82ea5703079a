import { describe, expect, it } from 'vitest';
import { createAnswerPool } from '../../../../src/inference/answer-pool.ts';
import { batchScales, forward } from '../../../../src/inference/forward.ts';
import { generate } from '../../../../src/inference/generate.ts';
import { emptyCache } from '../../../../src/inference/kv-cache.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import type { Runtime } from '../../../../src/model/runtime/types.ts';
import { nodeWasmRuntime } from '../../../../src/model/runtime/wasm-node.ts';
import { largestDifference } from '../../../support/differences.ts';
import type { Opened } from '../../../support/models.ts';
import {
  familyReferences,
  openFamily,
  type TinyFamily,
  tinyFamilies,
  tinyWindow,
} from '../../../support/tiny-families.ts';

const native = nativeRuntime(1);

/** Reads ids in runs of these lengths; what the last position gives. */
async function read({ model, io }: Opened, ids: readonly number[], lengths: readonly number[]) {
  const scales = batchScales(model, [[]]);
  let cache = emptyCache(io, model.runtime, 1);
  let start = 0;
  let found: { logits: Float32Array; z: Float32Array; outNorms: Float32Array } | undefined;
  for (const length of lengths) {
    const at = [length - 1];
    const piece = ids.slice(start, start + length);
    const output = await forward(model, { ids: [piece], cache, scales, capture: at, logits: at });
    cache = output.cache;
    start += length;
    const { z, outNorms } = output.captured(0, 0);
    found = { logits: output.logits(0, 0).slice(), z: z.slice(), outNorms: outNorms.slice() };
  }
  return found!;
}

function expectReference(name: TinyFamily, found: Awaited<ReturnType<typeof read>>) {
  const { logits_last, layers } = familyReferences[name];
  expect(
    largestDifference(
      found.z,
      layers.flatMap(({ z }) => z),
    ),
  ).toBeLessThan(1e-4);
  expect(
    largestDifference(
      found.outNorms,
      layers.map(({ out_norm }) => out_norm),
    ),
  ).toBeLessThan(1e-4);
  expect(largestDifference(found.logits, logits_last)).toBeLessThan(1e-4);
}

describe.each(tinyFamilies)('%s gives the logits, z and output norms of transformers', (name) => {
  const ids = familyReferences[name].input_ids;
  const half = ids.length / 2;

  it.each<[string, Runtime, readonly number[]]>([
    ['at once', native, [ids.length]],
    ['in pieces', native, [5, half, ids.length - half - 5]],
    ['token by token', native, ids.map(() => 1)],
    ['at once, on WebAssembly', nodeWasmRuntime(), [ids.length]],
    ['in pieces, on WebAssembly', nodeWasmRuntime(), [half, 1, ids.length - half - 1]],
  ])('%s', async (_, runtime, lengths) => {
    const opened = await openFamily(name, runtime);
    expectReference(name, await read(opened, ids, lengths));
    await opened.model.session.release();
  });
});

describe.each(['mistral', 'gemma3'] as const)('layers with a window of %s', (name) => {
  it('answer prompts of different lengths in one batch as each alone', async () => {
    const { model } = await openFamily(name, native);
    const { input_ids: ids } = familyReferences[name];
    const sampling = (seed: number) => ({ temperature: 1, topK: 0, topP: 1, repetitionPenalty: 1, seed });
    const requests = [3, 30, 9].map((length, seed) => ({
      promptIds: ids.slice(0, length),
      samplings: [sampling(2 * seed), sampling(2 * seed + 1)],
      maxTokens: 20,
    }));
    const pool = createAnswerPool(model, { rows: 4, positions: 50 });
    const together = await Promise.all(requests.map((each) => pool.answer(each)));
    for (const [at, { promptIds, samplings, maxTokens }] of requests.entries()) {
      const lanes = samplings.map((each) => ({ neurons: [], scope: 'everywhere' as const, sampling: each }));
      const request = { promptIds, lanes, maxTokens, captures: 'none' as const };
      const alone = await generate(model, request, { position() {}, token() {} });
      expect(together[at]!.answers.map((answer) => answer.ids)).toEqual(alone.lanes.map((lane) => lane.ids));
      expect(Math.max(...alone.lanes.map((lane) => lane.ids.length))).toBeGreaterThan(tinyWindow);
    }
    await model.session.release();
  });
});
