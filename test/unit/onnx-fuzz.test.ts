import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/errors.ts';
import { findDownProjections } from '../../src/onnx/down-projections.ts';
import { instrument } from '../../src/onnx/instrument.ts';
import { decodeModel } from '../../src/onnx/model.ts';
import { readFixture } from '../support/onnx-fixtures.ts';

/** Mulberry32 (public domain): numbers in [0, 1) from a seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const folders = ['qwen2/genai-int4-webgpu-graph', 'llama/genai-int4-qdq', 'nemotron/genai-int4'];

/** Runs everything that reads a model; anything but success or an EngineError fails the test. */
function survives(bytes: Uint8Array, external: { path: string; data: Uint8Array }[], what: string): boolean {
  try {
    findDownProjections(decodeModel(bytes));
    instrument(bytes, external);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof EngineError)) throw new Error(`${what}: ${String(thrown)}`, { cause: thrown });
    return false;
  }
}

describe('damaged model files', () => {
  for (const folder of folders) {
    const { bytes, external } = readFixture(`test/fixtures/onnx/${folder}`);

    it(`are refused or read where they are cut short (${folder})`, () => {
      const random = randomFrom(1);
      for (let round = 0; round < 150; round++) {
        const end = Math.floor(random() * bytes.byteLength);
        survives(bytes.slice(0, end), external, `cut at ${end}`);
      }
      expect(survives(bytes, external, 'whole')).toBe(true);
    });

    it(`are refused or read where bytes are wrong (${folder})`, () => {
      const random = randomFrom(2);
      const before = process.memoryUsage().rss;
      let refused = 0;
      for (let round = 0; round < 300; round++) {
        const damaged = bytes.slice();
        const places = Array.from({ length: 1 + Math.floor(random() * 4) }, () =>
          Math.floor(random() * bytes.byteLength),
        );
        for (const place of places) damaged[place] = Math.floor(random() * 256);
        if (!survives(damaged, external, `bytes ${places.join(', ')}`)) refused++;
      }
      expect(refused).toBeGreaterThan(10);
      expect(process.memoryUsage().rss - before).toBeLessThan(500_000_000);
    });
  }
});
