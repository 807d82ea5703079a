import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { createMeter } from '../../../scripts/fuzz/measure.ts';
import { diceOf } from '../../../scripts/fuzz/mutate/dice.ts';
import { READERS } from '../../../scripts/fuzz/readers.ts';
import type { Input, Reader } from '../../../scripts/fuzz/types.ts';
import { EngineError } from '../../../src/lib/errors.ts';

const input = { 'a.txt': Uint8Array.of(1, 2, 3) };
const readerThat = (read: Reader['read']): Reader => ({
  name: 'test',
  title: 'a test',
  seeds: () => [],
  mutate: () => input,
  read,
});

/** Refuses with a message as it stands: the error itself would show control characters. */
const refuseWith = (message: string) => () => {
  throw Object.assign(new EngineError('bad-input', ''), { message });
};

function hashOf(input: Input): string {
  const hash = createHash('sha256');
  for (const [name, bytes] of Object.entries(input)) hash.update(name).update(bytes);
  return hash.digest('hex');
}

it.each<[string, Reader['read'], string, string | undefined]>([
  ['a value', () => 1, 'accepted', undefined],
  ['a sentence', refuseWith('The file is empty; give another.'), 'refused', undefined],
  ['a foreign error', () => JSON.parse('{'), 'finding', 'foreign error'],
  ['control characters', refuseWith('The file \x1b[2J is empty.'), 'finding', 'message'],
  ['a mark of direction', refuseWith('The file \u202e is empty.'), 'finding', 'message'],
  ['a long message', refuseWith(`The file ${'x'.repeat(400)} is empty.`), 'finding', 'message'],
  ['no sentence', refuseWith('Unexpected token'), 'finding', 'message'],
  ['much memory', () => new Uint8Array(2e8).fill(1).length, 'finding', 'memory'],
])('%s is told', async (_, read, outcome, kind) => {
  const meter = await createMeter(readerThat(read));
  const reading = await meter.measure(input, 4);
  meter.close();
  expect(reading.outcome).toBe(outcome);
  expect(reading.fault?.kind).toBe(kind);
});

it('the same seed gives the same inputs, another gives others', async () => {
  for (const reader of READERS) {
    const seeds = await reader.seeds();
    const of = (seed: number) =>
      Array.from({ length: 5 }, (__, index) =>
        hashOf(reader.mutate(diceOf(reader.name, seed, index), seeds)),
      );
    const first = of(1);
    expect(of(1), reader.name).toEqual(first);
    expect(of(2), reader.name).not.toEqual(first);
  }
});
