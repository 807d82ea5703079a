import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { dequantise, tensorByteLength } from '../../../../src/graph/gguf/dequantise.ts';
import { BLOCK_LAYOUTS, type GgmlType } from '../../../../src/graph/gguf/types.ts';
import { EngineError } from '../../../../src/lib/errors.ts';

interface Case {
  readonly type: GgmlType;
  readonly blocks: string;
  readonly values: string;
}

const fixture: { cases: Case[] } = JSON.parse(
  readFileSync(new URL('../../../fixtures/gguf/blocks.json', import.meta.url), 'utf8'),
);

function decode(base64: string): Uint8Array {
  return new Uint8Array(Buffer.from(base64, 'base64'));
}

describe('dequantise', () => {
  it('has a reference for every type', () => {
    expect(fixture.cases.map((each) => each.type).sort()).toEqual(Object.keys(BLOCK_LAYOUTS).sort());
  });

  it.each(fixture.cases)(
    '$type equals the reference implementation bit for bit',
    ({ type, blocks, values }) => {
      const expected = new Float32Array(decode(values).buffer);
      const bytes = decode(blocks);
      expect(tensorByteLength(type, expected.length)).toBe(bytes.length);
      const out = new Float32Array(expected.length);
      dequantise(type, bytes, out);
      expect(out).toEqual(expected);
    },
  );

  it.each(fixture.cases)(
    '$type may start at any byte and end anywhere in a buffer',
    ({ type, blocks, values }) => {
      const expected = new Float32Array(decode(values).buffer);
      const shifted = new Uint8Array(decode(blocks).length + 1);
      shifted.set(decode(blocks), 1);
      const buffer = new Float32Array(expected.length + 2).fill(7);
      dequantise(type, shifted.subarray(1), buffer.subarray(1, -1));
      expect(buffer.subarray(1, -1)).toEqual(expected);
      expect([buffer[0], buffer.at(-1)]).toEqual([7, 7]);
    },
  );

  it('refuses bytes that do not fit', () => {
    expect(() => dequantise('Q4_1', new Uint8Array(19), new Float32Array(32))).toThrow(
      /take 20 bytes, but 19/,
    );
    expect(() => dequantise('Q4_K', new Uint8Array(144), new Float32Array(32))).toThrow(EngineError);
    expect(() => tensorByteLength('Q8_0', 33)).toThrow(EngineError);
  });
});
