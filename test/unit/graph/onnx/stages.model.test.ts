import { describe, expect, it } from 'vitest';
import { batchScales, forward } from '../../../../src/inference/forward.ts';
import { cacheOf, emptyCache, type KvCache } from '../../../../src/inference/kv-cache.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import { nodeWasmRuntime } from '../../../../src/model/runtime/wasm-node.ts';
import { largestDifference } from '../../../support/differences.ts';
import { openTiny, tinyReference } from '../../../support/models.ts';
import { familyReferences, openFamily, tinyFamilies } from '../../../support/tiny-families.ts';

const runtimes = { native: nativeRuntime(1), wasm: nodeWasmRuntime(1) };
const models = ['tiny-llama', ...tinyFamilies] as const;

describe.each(Object.keys(runtimes) as (keyof typeof runtimes)[])('stages of layers on %s', (kind) => {
  it.each(models)(
    'give what the whole of %s gives, and are left out where they are not wanted',
    async (name) => {
      const runtime = runtimes[kind];
      const { model, io } = await (name === 'tiny-llama' ? openTiny(runtime) : openFamily(name, runtime));
      const { input_ids: ids } = name === 'tiny-llama' ? tinyReference : familyReferences[name];
      const stages = model.neurons.stages!.stages;
      expect(stages.length).toBeGreaterThan(1);
      expect(stages.flatMap(({ caches }) => caches)).toEqual(io.cache.map(({ output }) => output));
      const scales = batchScales(model, [[{ layer: model.layout.widths.length - 1, neuron: 2, factor: 3 }]]);
      const last = stages.length;
      const at = stages[last - 1]!.layer;
      const holds = ({ tensors }: KvCache) => [...tensors.keys()];
      const part = (cache: KvCache, slots: typeof io.cache) =>
        cacheOf(1, cache.length, new Map(slots.map(({ input }) => [input, cache.tensors.get(input)!])));
      const isUpper = ({ output }: (typeof io.cache)[number]) => stages[last - 1]!.caches.includes(output);
      const lower = io.cache.filter((slot) => !isUpper(slot));
      const upper = io.cache.filter(isUpper);

      let whole = emptyCache(io, runtime, 1);
      let below = part(emptyCache(io, runtime, 1), lower);
      let above = part(emptyCache(io, runtime, 1), upper);
      for (const piece of [ids.slice(0, 5), ids.slice(5)]) {
        const all = [...piece.keys()];
        const input = { ids: [piece], scales, capture: all, logits: all };
        const expected = await forward(model, { ...input, cache: whole });
        const first = await forward(model, {
          ...input,
          cache: below,
          stages: { first: 0, end: last - 1 },
        });
        const second = await forward(model, {
          ...input,
          cache: above,
          stages: { first: last - 1, end: last },
          states: first.states,
        });
        expect(expected.states).toBeUndefined();
        expect(second.states).toBeUndefined();
        expect(holds(first.cache)).toEqual(lower.map(({ input }) => input));
        expect(holds(second.cache)).toEqual(upper.map(({ input }) => input));
        const start = model.layout.offsets[at]!;
        for (const i of all) {
          expect(largestDifference(second.logits(0, i), expected.logits(0, i))).toBeLessThan(1e-5);
          const [z, before, behind] = [expected, first, second].map((each) => each.captured(0, i).z);
          expect(largestDifference(before!.slice(0, start), z!.slice(0, start))).toBeLessThan(1e-5);
          expect(largestDifference(behind!.slice(start), z!.slice(start))).toBeLessThan(1e-5);
          // What is left out was not computed.
          expect(before!.slice(start).every((value) => value === 0)).toBe(true);
          expect(behind!.slice(0, start).every((value) => value === 0)).toBe(true);
        }
        whole = expected.cache;
        below = first.cache;
        above = second.cache;
      }
      await model.session.release();
    },
  );
});
