import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import { bytesSource } from '../../../../src/lib/bytes/source.ts';
import { fingerprintOf } from '../../../../src/model/fingerprint.ts';
import { formatNeuronSet, type NeuronSet } from '../../../../src/neurons/set-file.ts';
import { evaluateSet } from '../../../../src/studies/identify/evaluate.ts';
import { formatManifest, RUN_FILES } from '../../../../src/studies/identify/run-format.ts';
import { withRun } from '../../../../src/studies/identify/terminal/run-folder.ts';
import {
  type OriginsOptions,
  originsText,
  runOrigins,
} from '../../../../src/studies/origins/terminal/origins.ts';
import { originsSentence } from '../../../../src/studies/report-text/origins.ts';
import { syntheticRun } from '../../../support/synthetic-run.ts';
import { tinyFile, tinyTensors, turn } from '../../../support/tiny-mlp-pair.ts';

const widths = [96, 96];
const planted = [11, 60, 96 + 30];
let folder: string;
let fingerprints: Record<'base' | 'instruct', string>;
let set: NeuronSet;

const at = (name: string) => join(folder, name);
const options: Omit<OriginsOptions, 'base'> = {
  model: '',
  set: '',
  draws: 400,
  fittedDraws: 3,
  seed: 1,
};
const origins = (changes: Partial<OriginsOptions> = {}) =>
  runOrigins({
    ...options,
    base: at('base.gguf'),
    model: at('instruct.gguf'),
    set: at('set.json'),
    ...changes,
  });

/** Keeps a run that `model` is said to have made; its made-up answers have more of the planted neurons. */
function writeRun(
  name: string,
  model: 'base' | 'instruct',
  neurons: readonly number[],
  plain = true,
): string {
  mkdirSync(at(name));
  const fingerprint = fingerprints[model];
  const files = syntheticRun({
    model: { name: model, fingerprint, widths },
    seed: 3,
    count: 240,
    planted: neurons,
  });
  for (const file of files) {
    let { bytes } = file;
    if (file.name === RUN_FILES.manifest && plain) {
      const manifest = JSON.parse(bytes.toString());
      bytes = Buffer.from(formatManifest({ ...manifest, settings: { ...manifest.settings, form: 'plain' } }));
    }
    writeFileSync(join(at(name), file.name), bytes);
  }
  return at(name);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'origins-cli-'));
  const tensors = await tinyTensors();
  const base = await tinyFile(tensors);
  // All neurons but the set's move.
  for (let layer = 0; layer < 2; layer++) {
    for (let neuron = 0; neuron < 96; neuron++) {
      if (planted.includes(layer * 96 + neuron)) continue;
      const angle = 0.1 + neuron / 200;
      for (const module of ['gate', 'up', 'down']) {
        const { values, dims } = tensors.get(`blk.${layer}.ffn_${module}.weight`)!;
        const [columns = 0, rows = 0] = dims;
        const places =
          module === 'down'
            ? Array.from({ length: rows }, (_, row) => row * columns + neuron)
            : Array.from({ length: columns }, (_, column) => neuron * columns + column);
        turn(values, places, angle, neuron);
      }
    }
  }
  const instruct = await tinyFile(tensors);
  writeFileSync(at('base.gguf'), base);
  writeFileSync(at('instruct.gguf'), instruct);
  const fingerprint = async (bytes: Uint8Array) => fingerprintOf(await readGguf(bytesSource(bytes, 'x')));
  fingerprints = { base: await fingerprint(base), instruct: await fingerprint(instruct) };
  const run = writeRun('instruct-run', 'instruct', planted, false);
  const ids = await withRun(run, async ({ records }) => records.map(({ question }) => question.id));
  set = {
    format: 'h-neuron-set',
    version: 2,
    name: 'Planted',
    model: { name: 'instruct', architecture: 'llama', fingerprint: fingerprints.instruct, layers: 2, widths },
    neurons: planted.map((index) => ({ layer: Math.floor(index / 96), neuron: index % 96, weight: 3 })),
    intercept: -5,
    feature: { aggregation: 'mean', position: 'read' },
    provenance: {
      created: '2025-01-31',
      command: 'test',
      questions: 'test',
      heldOut: ids.filter((_, i) => i % 3 === 0),
    },
    metrics: { C: 1 },
    detectors: { 'h-neurons': { auroc: { value: 0.8, low: 0.7, high: 0.9 } } },
  };
  writeFileSync(at('set.json'), formatNeuronSet(set));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('origins in the terminal', () => {
  it('says that a set moved less, and keeps everything in a file', async () => {
    const report = await origins({ report: at('report.json') });
    expect(report.drift.random.pLess).toBeLessThan(0.05);
    expect(report.drift.members.map(({ rank }) => rank)).toEqual([1, 1, 1].map(() => 1 / 191));
    expect(report.drift.tTest!.p).toBeLessThan(0.001);
    expect(originsSentence(report)).toMatch(
      /^The set's 3 neurons moved less from base to instruct than random ones/,
    );
    const kept = JSON.parse(readFileSync(at('report.json'), 'utf8'));
    expect(kept.scores.map(({ length }: number[]) => length)).toEqual(widths);
    expect(kept.modules).toHaveLength(3);
    const text = originsText(report);
    expect(text).toContain('permutation test within layers, 400 draws: p = ');
    expect(text.split('\n').at(-1)).toBe(originsSentence(report));
  });

  it('says plainly that nothing is shown, and that a set moved more', async () => {
    const other = (name: string, neurons: readonly number[]) => {
      const file = at(`${name}.json`);
      const members = neurons.map((neuron) => ({ layer: 0, neuron, weight: 1 }));
      writeFileSync(file, formatNeuronSet({ ...set, neurons: members }));
      return file;
    };
    const none = await origins({ set: other('none', [20, 48, 70]) });
    expect(originsSentence(none)).toMatch(
      /^It is not shown that the set's neurons moved less from base to instruct/,
    );
    const more = await origins({ set: other('more', [93, 94, 95]) });
    expect(originsSentence(more)).toMatch(
      /^The set's 3 neurons moved more from base to instruct than random ones, not less/,
    );
  });

  it('lets the classifier, unchanged, score the answers of the base model', async () => {
    const report = await origins({ run: writeRun('base-run', 'base', planted) });
    const { transfer } = report;
    expect(transfer).toMatchObject({ model: 'base', form: 'plain', onInstruct: { value: 0.8 } });
    const { verdict, heldOutOnly, answers } = transfer!.evaluation;
    expect(heldOutOnly).toBe(true);
    expect(answers).toBeGreaterThan(30);
    // The same answers are told apart as well as where they are the instruct model's.
    const own = await withRun(at('instruct-run'), (run) => evaluateSet(set, run, { draws: 3, seed: 1 }));
    expect(verdict).toEqual(own.verdict);
    expect(verdict!.rows.map(({ id }) => id)).toEqual(
      expect.arrayContaining(['h-neurons', 'both-signs-l1', 'random-neurons']),
    );
    expect(verdict!.rows[0]!.auroc.low).toBeGreaterThan(0.6);
    expect(originsSentence(report)).toMatch(
      /has an AUROC of 0\.\d\d .*\(on those of instruct: 0\.80 .*there, too/,
    );
  });

  it('says where the classifier is no better than guessing there', async () => {
    const report = await origins({ run: writeRun('null-run', 'base', []) });
    expect(originsSentence(report)).toMatch(/not shown to be better than guessing\.$/);
  });

  it('has no drift and the same AUROC where both models are one', async () => {
    const run = at('instruct-run');
    const report = await origins({ base: at('instruct.gguf'), run });
    expect(originsSentence(report)).toMatch(/^The MLP weights of instruct and instruct are the same/);
    expect(report.drift).toMatchObject({ meanScore: 0, meanRank: 0.5, random: { pLess: 1 } });
    expect(report.scores.flat().every((score) => score === 0)).toBe(true);
    const own = await withRun(run, (data) => evaluateSet(set, data, { draws: 3, seed: 1 }));
    expect(report.transfer!.evaluation).toEqual(own);
    expect(report.transfer!.form).toBe('chat');
  });

  it('refuses answers of another model, and a set of another one', async () => {
    await expect(origins({ run: at('instruct-run') })).rejects.toThrow(
      /The answers were given by instruct, not by the base model base/,
    );
    const swapped = origins({ base: at('instruct.gguf'), model: at('base.gguf') });
    await expect(swapped).rejects.toThrow(/The neuron set "Planted" was made for instruct/);
    await expect(origins({ base: 'test/fixtures/gguf/qwen2.gguf' })).rejects.toThrow(
      /qwen2 and instruct cannot be compared neuron by neuron/,
    );
  });
});

it('a set is otherwise not tested on a run of other weights', async () => {
  const refused = withRun(at('base-run'), (run) => evaluateSet(set, run, { draws: 1, seed: 1 }));
  await expect(refused).rejects.toThrow(/was found in instruct, but the run was made with base/);
  const narrow = { ...set, model: { ...set.model, widths: [96, 95] } };
  const other = withRun(at('base-run'), (run) =>
    evaluateSet(narrow, run, { draws: 1, seed: 1, otherWeights: true }),
  );
  await expect(other).rejects.toMatchObject({ code: 'bad-input' });
});
