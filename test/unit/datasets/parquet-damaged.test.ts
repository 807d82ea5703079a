import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { BoundedReader, skipStruct } from '../../../src/datasets/tables/parquet-thrift.ts';
import { readTable } from '../../../src/datasets/tables/read-table.ts';
import { EngineError } from '../../../src/lib/errors.ts';
import { createRandom } from '../../../src/lib/math/random.ts';

const bytesOf = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../fixtures/questions/${name}`, import.meta.url)));

/** Rows of a file, or the sentence that refuses it. */
async function outcome(bytes: Uint8Array): Promise<number | string> {
  try {
    const table = await readTable(bytes, 'a.parquet');
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    let rows = 0;
    for await (const _ of table.rows()) rows++;
    return rows;
  } catch (error) {
    if (error instanceof EngineError) return error.message;
    throw error;
  }
}

describe('a damaged Parquet file', () => {
  it.each(['encodings.parquet', 'types.parquet', 'trivia-shape.parquet', 'popqa-shape-none.parquet'])(
    'is read or refused in one sentence and in time, wherever bytes of %s are changed',
    async (name) => {
      const whole = bytesOf(name);
      const random = createRandom(7);
      for (let trial = 0; trial < 150; trial++) {
        const bytes = whole.slice();
        for (let change = 0; change < 1 + (trial % 4); change++)
          bytes[4 + Math.floor(random() * (bytes.length - 8))] = [255, 127, 0, Math.floor(random() * 256)][
            trial % 4
          ];
        const started = performance.now();
        const result = await outcome(bytes);
        expect(performance.now() - started).toBeLessThan(2000);
        if (typeof result === 'string')
          expect(result).toMatch(/^a\.parquet (cannot be read as Parquet: |has no rows).*\.$/);
      }
    },
  );

  it('is read whole where nothing is changed', async () => {
    expect(await outcome(bytesOf('encodings.parquet'))).toBe(3000);
  });

  it('is refused where its description nests, counts or goes on without end', () => {
    const skip = (bytes: readonly number[]) => () =>
      skipStruct(new BoundedReader(new DataView(Uint8Array.from(bytes).buffer)));
    expect(skip([0x15, 0x02, 0x00])).not.toThrow();
    expect(skip(Array.from({ length: 5000 }, () => 0x1c))).toThrow('nested too deeply');
    expect(skip([0x16, ...Array.from({ length: 5000 }, () => 0xff)])).toThrow('longer than 64 bits');
    expect(skip([0x19, 0xfc, 0xff, 0xff, 0xff, 0xff, 0x07])).toThrow('longer than the file');
  });

  it('is refused where its columns together unpack to far more than the file', async () => {
    expect(await outcome(bytesOf('unpacks-large.parquet'))).toBe(
      'a.parquet cannot be read as Parquet: its columns unpack to far more than a file of its size holds; save it as several smaller files.',
    );
  });
});
