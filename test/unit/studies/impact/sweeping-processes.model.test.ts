import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runImpact } from '../../../../src/studies/impact/run.ts';
import type { ImpactRecord } from '../../../../src/studies/impact/score-item.ts';
import { impactFolder } from '../../../../src/studies/impact/terminal/sweep-folder.ts';
import {
  openSweepers,
  type ProcessSweeper,
} from '../../../../src/studies/impact/terminal/sweeping-processes.ts';
import { tinySuites } from '../../../support/tiny-suites.ts';

const input = {
  model: fileURLToPath(new URL('../../../fixtures/gguf/tiny-llama.gguf', import.meta.url)),
  device: 'native',
  files: [],
  neurons: ['0:3', '1:2'],
  alphas: [0, 1, 3],
  controls: 2,
  members: false,
  seed: 1,
} as const;
const suites = tinySuites(36);

describe('processes that items are put to', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sweeping-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function sweep(
    processes: number,
    out: string,
    change: Partial<Parameters<typeof runImpact>[0]> & { readonly begun?: (of: ProcessSweeper) => void } = {},
  ): Promise<ImpactRecord[]> {
    const sweeper = await openSweepers(input, processes);
    try {
      expect(new Set(sweeper.processes).size).toBe(processes);
      change.begun?.(sweeper);
      await runImpact({ sweeper, suites, store: impactFolder(join(folder, out)), ...change });
    } finally {
      sweeper.close();
    }
    const lines = readFileSync(join(folder, out, 'records.jsonl'), 'utf8')
      .trimEnd()
      .split('\n');
    return lines.map((line) => JSON.parse(line) as ImpactRecord);
  }

  it('give what one of them gives, to the last bit and in the same order, also where suites are left out once they are known', async () => {
    const alone = await sweep(1, 'alone', { free: 2, tight: 0.5 });
    expect(alone.length).toBeGreaterThan(72);
    expect(alone.filter(({ type }) => type === 'free')).toHaveLength(2);
    const all = 36 * suites.length + 2;
    expect(alone.length).toBeLessThan(all);
    expect(await sweep(3, 'together', { free: 2, tight: 0.5 })).toEqual(alone);
  }, 180_000);

  it('that are killed end the sweep with what to do; it goes on where it was', async () => {
    let processes: readonly number[] = [];
    const killed = sweep(2, 'killed', {
      begun: (sweeper) => {
        processes = sweeper.processes;
      },
      onProgress: ({ done }) => {
        if (done === 5) for (const id of processes) process.kill(id, 'SIGKILL');
      },
    });
    await expect(killed).rejects.toThrow(/ended with SIGKILL\. Start the run again with --resume/);
    expect(await sweep(2, 'killed')).toEqual(await sweep(1, 'undisturbed'));
  }, 180_000);
});
