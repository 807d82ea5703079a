import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ByteSource, bytesSource } from '../../src/bytes/source.ts';
import { EngineError } from '../../src/errors.ts';
import { dequantise } from '../../src/gguf/dequantise.ts';
import { readGguf } from '../../src/gguf/file.ts';
import { tokenizerFromGguf } from '../../src/gguf/tokenizer.ts';
import { BLOCK_LAYOUTS } from '../../src/gguf/types.ts';

const TINY = new Uint8Array(readFileSync(new URL('../fixtures/gguf/tiny-llama.gguf', import.meta.url)));
/** 32 weights of Q4_0 take 18 bytes: no tensor of n bytes has more than 2n weights. */
const MOST_WEIGHTS_PER_BYTE = 2;

/** Linear congruential generator (Numerical Recipes): whole numbers from 0 to below `limit`. */
function randomNumbers(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}

type Outcome = 'sound' | EngineError['code'];

/** Reads all there is to read. Anything but an EngineError, and any read past the end, fails the test. */
async function outcome(bytes: Uint8Array): Promise<Outcome> {
  const inner = bytesSource(bytes, 'altered.gguf');
  const source: ByteSource = {
    ...inner,
    read(offset, length) {
      expect(offset + length).toBeLessThanOrEqual(bytes.length);
      return inner.read(offset, length);
    },
  };
  try {
    const file = await readGguf(source);
    for (const tensor of file.tensors.values()) {
      const layout = BLOCK_LAYOUTS[tensor.type];
      const weights = (tensor.byteLength / layout.bytes) * layout.elements;
      expect(weights).toBeLessThanOrEqual(bytes.length * MOST_WEIGHTS_PER_BYTE);
      expect(weights).toBe(tensor.dims.reduce((product, dim) => product * dim, 1));
      dequantise(tensor.type, await source.read(tensor.offset, tensor.byteLength), new Float32Array(weights));
    }
    const { tokenizerJson, vocabSize } = tokenizerFromGguf(file);
    expect(JSON.stringify(tokenizerJson).length).toBeLessThan(20 * bytes.length);
    expect(vocabSize).toBeLessThan(bytes.length);
    return 'sound';
  } catch (error) {
    if (error instanceof EngineError) {
      expect(error.message.length).toBeGreaterThan(20);
      return error.code;
    }
    throw error;
  }
}

describe('altered files', () => {
  it('are sound when nothing was altered', async () => {
    expect(await outcome(TINY)).toBe('sound');
  });

  it('are refused wherever they were cut', async () => {
    const random = randomNumbers(1);
    const outcomes = new Set<Outcome>();
    const lengths = Array.from({ length: 300 }, (_, i) => (i < 100 ? i : random(TINY.length - 32)));
    for (const length of lengths) outcomes.add(await outcome(TINY.subarray(0, length)));
    expect([...outcomes].sort()).toEqual(['load-failed', 'unsupported-model']);
  });

  it('are read or refused with a reason, whatever bytes of the header changed', async () => {
    const random = randomNumbers(2);
    const { tensors } = await readGguf(bytesSource(TINY, 'tiny.gguf'));
    const header = Math.min(...[...tensors.values()].map((tensor) => tensor.offset));
    const counts = { sound: 0, refused: 0 };
    for (let round = 0; round < 600; round++) {
      const altered = TINY.slice();
      const flips = 1 + random(4);
      for (let flip = 0; flip < flips; flip++) {
        // Counts, keys and tensor descriptions lie at both ends of the header, the vocabulary between them.
        const at = [random(900), header - 1 - random(1600), random(header)][random(3)];
        altered[at] = random(3) === 0 ? 255 : altered[at] ^ (1 << random(8));
      }
      counts[(await outcome(altered)) === 'sound' ? 'sound' : 'refused']++;
    }
    expect(counts.refused).toBeGreaterThan(100);
    expect(counts.sound).toBeGreaterThan(10);
  });

  it('whose weights changed are still read', async () => {
    const random = randomNumbers(3);
    const altered = TINY.slice();
    for (let flip = 0; flip < 2000; flip++) altered[TINY.length - 1 - random(40_000)] = random(256);
    expect(await outcome(altered)).toBe('sound');
  });
});
