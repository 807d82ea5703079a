import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeInput } from './files.ts';
import { textOf, utf8 } from './mutate/text.ts';
import { Lane, type Numbered } from './pool.ts';
import type { Input, Reading } from './types.ts';

const MOST_TRIES = 400;
const LONGEST = 30_000;

type Fault = NonNullable<Reading['fault']>;

/** Where a fault is, without what differs from input to input. */
const placeOf = ({ kind, detail }: Fault) =>
  kind === 'foreign error' ? `${kind} ${detail.split(':')[0]}` : kind;

/** Leaves out as many units as it can: halves first, then ever smaller pieces (Zeller's delta debugging). */
async function fewest<T>(
  units: readonly T[],
  holds: (units: readonly T[]) => Promise<boolean>,
): Promise<readonly T[]> {
  let kept = units;
  for (let size = Math.ceil(kept.length / 2); size >= 1 && kept.length > 1; ) {
    let removed = false;
    for (let start = 0; start < kept.length; ) {
      const rest = kept.toSpliced(start, size);
      if (rest.length > 0 && (await holds(rest))) {
        kept = rest;
        removed = true;
      } else start += size;
    }
    if (size === 1 && !removed) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return kept;
}

/** A JSON value with as few entries as it can have, level by level. */
async function smallestJson(
  value: unknown,
  holds: (value: unknown) => Promise<boolean>,
  depth = 0,
): Promise<unknown> {
  if (typeof value !== 'object' || value === null || depth > 8) return value;
  const isList = Array.isArray(value);
  const build = (entries: readonly (readonly [string, unknown])[]) =>
    isList ? entries.map(([, each]) => each) : Object.fromEntries(entries);
  let entries = await fewest(Object.entries(value), (each) => holds(build(each)));
  for (const [i, [key, each]] of entries.entries()) {
    const smaller = await smallestJson(
      each,
      (inner) => holds(build(entries.with(i, [key, inner]))),
      depth + 1,
    );
    entries = entries.with(i, [key, smaller]);
  }
  return build(entries);
}

/**
 * Makes an input smaller as long as it fails in the same way: entries of JSON, lines, then pieces of bytes. It stops after
 * some hundred tries or half a minute.
 */
export async function minimise(reader: string, input: Input, fault: Fault): Promise<Input> {
  const scratch = await mkdtemp(join(tmpdir(), 'fuzz-'));
  const lane = new Lane();
  const end = Date.now() + LONGEST;
  let smallest = input;
  let tries = 0;
  const holds = async (candidate: Input): Promise<boolean> => {
    if (tries++ >= MOST_TRIES || Date.now() > end) return false;
    const folder = join(scratch, String(tries));
    await writeInput(folder, candidate);
    const readings: Numbered[] = [];
    await lane.run({ type: 'folder', reader, patience: 1, folder }, (reading) => readings.push(reading));
    const [reading] = readings;
    const same = reading?.fault !== undefined && placeOf(reading.fault) === placeOf(fault);
    if (same) smallest = candidate;
    return same;
  };
  try {
    for (const name of Object.keys(input)) {
      const withText = (text: string) => holds({ ...smallest, [name]: utf8(text) });
      const text = textOf(input[name]!);
      try {
        await smallestJson(JSON.parse(text), (value) => withText(JSON.stringify(value)));
      } catch {
        // It is no JSON, or nested too deep to be taken apart.
      }
      await fewest(textOf(smallest[name]!).split('\n'), (lines) => withText(lines.join('\n')));
      await fewest([...smallest[name]!], (bytes) => holds({ ...smallest, [name]: Uint8Array.from(bytes) }));
    }
    return smallest;
  } finally {
    lane.renew();
    await rm(scratch, { recursive: true, force: true });
  }
}
