import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EngineError } from '../../../../src/lib/errors.ts';
import { runIdentification } from '../../../../src/studies/identify/run.ts';
import { SAMPLE_DEFAULTS } from '../../../../src/studies/identify/sample.ts';
import { openProcesses } from '../../../../src/studies/identify/terminal/asking-processes.ts';
import { folderStore } from '../../../../src/studies/identify/terminal/run-folder.ts';
import { makeTinyQuestions } from '../../../support/study-runs.ts';

const settings = { ...SAMPLE_DEFAULTS, samples: 4, agree: 3, maxTokens: 6, instruction: '' };
const model = fileURLToPath(new URL('../../../fixtures/gguf/tiny-llama.gguf', import.meta.url));
const input = { model, device: 'native', settings } as const;
const set = makeTinyQuestions(9, (i) => i % 3 === 0);

describe('processes that questions are put to', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'asking-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function filesOf(processes: number, out = join(folder, `by-${processes}`)) {
    const questioner = await openProcesses(input, processes);
    const store = folderStore(out);
    try {
      expect(new Set(questioner.processes).size).toBe(processes);
      await runIdentification(questioner, set, { settings, shard: { index: 0, count: 1 }, store });
    } finally {
      await store.close();
      questioner.close();
    }
    return ['run.json', 'records.jsonl', 'features.f16'].map((name) => readFileSync(join(out, name)));
  }

  it('give what one of them gives, byte for byte, also of questions that cannot be asked', async () => {
    const alone = await filesOf(1);
    expect(alone[1].toString()).toMatch(/"status":"skipped"/);
    expect(await filesOf(3)).toEqual(alone);
  }, 120_000);

  it('say what is wrong with the model', async () => {
    const broken = join(folder, 'broken.gguf');
    writeFileSync(broken, 'GGUF');
    await expect(openProcesses({ ...input, model: broken }, 2)).rejects.toThrow(EngineError);
  }, 60_000);

  it('that are killed end the run with what to do; it goes on where it was', async () => {
    const out = join(folder, 'killed');
    const questioner = await openProcesses(input, 1);
    const store = folderStore(out);
    const run = runIdentification(questioner, set, {
      settings,
      shard: { index: 0, count: 1 },
      store,
      onProgress: ({ done }) => done === 0 && process.kill(questioner.processes[0] ?? 0, 'SIGKILL'),
    });
    await expect(run).rejects.toThrow(/ended with SIGKILL\. Start the run again with --resume/);
    await store.close();
    questioner.close();
    expect(await filesOf(2, out)).toEqual(await filesOf(1));
  }, 120_000);
});
