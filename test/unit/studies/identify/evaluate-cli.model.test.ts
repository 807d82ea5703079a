import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { formatQuestionSet } from '../../../../src/datasets/questions/question-set.ts';
import { formatNeuronSet } from '../../../../src/neurons/set-file.ts';
import { openLanguageModel } from '../../../../src/node/open-model.ts';
import { runEvaluate } from '../../../../src/studies/identify/terminal/evaluate.ts';
import { tinyQuestions } from '../../../support/study-runs.ts';

const model = fileURLToPath(new URL('../../../fixtures/gguf/tiny-llama.gguf', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'evaluate-'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

async function writeSet(): Promise<string> {
  const { architecture, fingerprint, layout, session } = await openLanguageModel(model, 'native');
  await session.release();
  const { widths } = layout;
  const file = join(folder, 'set.json');
  const set = formatNeuronSet({
    format: 'h-neuron-set',
    version: 2,
    name: 'Test',
    model: { name: 'tiny', architecture, fingerprint, layers: widths.length, widths },
    neurons: [{ layer: 0, neuron: 1, weight: 2 }],
    intercept: -0.1,
    feature: { aggregation: 'mean', position: 'read' },
    provenance: { created: '2025-01-31', command: 'test', questions: 'test' },
    metrics: {},
  });
  writeFileSync(file, set);
  return file;
}

describe('evaluating in the terminal', () => {
  const evaluate = async (out?: string) => {
    const questions = join(folder, 'questions.jsonl');
    writeFileSync(questions, formatQuestionSet(tinyQuestions));
    const options = { model, device: 'native', questions, out, samples: 1, draws: 1, seed: 1 } as const;
    return runEvaluate(await writeSet(), options, () => {});
  };

  it('asks a question set first, and keeps its run where a folder is named', async () => {
    const out = join(folder, 'run');
    const kept = await evaluate(out);
    expect(kept.answers).toBeGreaterThan(2);
    expect(existsSync(join(out, 'records.jsonl'))).toBe(true);
    const temporary = join(folder, 'temporary');
    vi.stubEnv('TMPDIR', mkdtempSync(`${temporary}-`));
    expect(await evaluate()).toEqual(kept);
    // ONNX Runtime leaves files of its own there.
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('hneurons'))).toEqual([]);
  });
});
