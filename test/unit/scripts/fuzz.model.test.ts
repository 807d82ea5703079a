import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { Lane } from '../../../scripts/fuzz/pool.ts';
import { READERS } from '../../../scripts/fuzz/readers.ts';
import { fuzz, replay } from '../../../scripts/fuzz/run.ts';

/** Inputs of each reader; `npm run fuzz` reads as many as one likes. */
const COUNT = 200;
/** How many times longer than on an idle machine a reader may take. */
const PATIENCE = 4;

const lanes = [new Lane(), new Lane()] as const;
afterAll(() => {
  for (const lane of lanes) lane.renew();
});

const faults = fileURLToPath(new URL('../../fixtures/faults/', import.meta.url));
const foldersIn = (path: string) => (existsSync(path) ? readdirSync(path).sort() : []);

describe('hostile files', () => {
  it.each(READERS.map(({ name }) => name))('are read or refused in one sentence: %s', async (name) => {
    const { findings, inputs, accepted, refused } = await fuzz(name, lanes, {
      count: COUNT,
      seed: 20_260,
      patience: PATIENCE,
    });
    expect(findings).toEqual([]);
    expect(inputs).toBe(COUNT);
    expect(accepted).toBeGreaterThan(5);
    expect(refused).toBeGreaterThan(5);
  });
});

describe('files that were not read well once', () => {
  it.each(
    READERS.flatMap(({ name }) => foldersIn(`${faults}${name}`).map((folder) => [name, folder] as const)),
  )('are now: %s %s', async (name, folder) => {
    const reading = await replay(name, `${faults}${name}/${folder}`, lanes[0], PATIENCE);
    expect(reading.fault).toBeUndefined();
  });
});
