import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { killTest } from '../../support/kill-test.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kill-test-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('runs and sweeps that are killed at random moments and resumed are those of an undisturbed one, byte by byte', async () => {
  const outcomes = await killTest({ folder, count: 4, seed: 5 });
  expect(outcomes.map(({ command, processes }) => `${command} ${processes}`)).toEqual([
    'identify 1',
    'impact 1',
    'identify 2',
    'impact 2',
  ]);
  expect(outcomes.flatMap(({ kills }) => kills).length).toBeGreaterThan(2);
  expect(outcomes.flatMap(({ wrong }) => wrong)).toEqual([]);
}, 600_000);
