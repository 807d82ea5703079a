import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { formatSuite } from '../../../../src/datasets/suites/suite.ts';
import type { RunStore } from '../../../../src/studies/identify/records.ts';
import { rowBytes, sealedRecord } from '../../../../src/studies/identify/run-format.ts';
import { type FitOptions, runFit } from '../../../../src/studies/identify/terminal/fit.ts';
import { runMerge } from '../../../../src/studies/identify/terminal/merge.ts';
import { folderStore, withRun } from '../../../../src/studies/identify/terminal/run-folder.ts';
import { type ImpactOptions, runImpactCommand } from '../../../../src/studies/impact/terminal/impact.ts';
import { impactFolder } from '../../../../src/studies/impact/terminal/sweep-folder.ts';
import { learnableManifest, writeLearnable } from '../../../support/study-runs.ts';
import { tinySuites } from '../../../support/tiny-suites.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'damaged-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const size = rowBytes(learnableManifest);
const at = (name: string, run = 'run') => join(folder, run, name);
const linesOf = (run = 'run') => readFileSync(at('records.jsonl', run), 'utf8').trimEnd().split('\n');
const writeLines = (lines: readonly string[]) => writeFileSync(at('records.jsonl'), `${lines.join('\n')}\n`);

/** A run of 120 questions, 96 of them with features. */
async function newRun({ isSealed = true } = {}): Promise<void> {
  const store = folderStore(join(folder, 'run'));
  const sealing: RunStore = {
    ...store,
    append: (record, features) => store.append(sealedRecord(record, features), features),
  };
  await writeLearnable(isSealed ? sealing : store);
  await store.close();
}

const fitOptions = (): FitOptions => ({
  out: join(folder, 'set.json'),
  name: 'Test',
  C: 1,
  aggregation: 'mean',
  position: 'read',
  labels: '1-vs-1',
  split: 'answer',
  draws: 2,
  seed: 1,
});
const learnt = () => runFit(join(folder, 'run'), fitOptions());

async function loaded(repair = false) {
  const store = folderStore(join(folder, 'run'), { repair });
  const run = await store.load().finally(() => store.close());
  return run?.records.length;
}

/** Nothing learns from the run, nothing goes on with it and nothing of it is changed, but with --repair it does. */
async function expectDamage(message: RegExp, sound: number): Promise<void> {
  const before = ['records.jsonl', 'features.f16'].map((name) => readFileSync(at(name)));
  await expect(learnt()).rejects.toThrow(message);
  await expect(learnt()).rejects.toThrow(/--resume --repair --out/);
  expect(existsSync(join(folder, 'set.json'))).toBe(false);
  await expect(runMerge([join(folder, 'run')], { out: join(folder, 'merged') })).rejects.toThrow(message);
  expect(existsSync(join(folder, 'merged'))).toBe(false);
  expect(['records.jsonl', 'features.f16'].map((name) => readFileSync(at(name)))).toEqual(before);
  expect(await loaded(true)).toBe(sound);
  expect(['records.jsonl', 'features.f16'].map((name) => readFileSync(at(name, 'run/damaged-1')))).toEqual(
    before,
  );
  expect(linesOf()).toHaveLength(sound);
  await withRun(join(folder, 'run'), async ({ records }) => expect(records).toHaveLength(sound));
}

describe('a run that two processes wrote at once', () => {
  it('is told by the first question that comes again, with how many lines are of no use', async () => {
    await newRun();
    const lines = linesOf();
    writeLines([...lines.slice(0, 40), ...lines.slice(40).flatMap((line) => [line, line])]);
    await expectDamage(
      /Line 42 of records\.jsonl in .* asks question 40 again, .*; it and the 158 lines behind it/,
      41,
    );
  });

  it('is told where the rows of features are not in their order', async () => {
    await newRun();
    const lines = linesOf();
    const other = (line: string) => JSON.stringify({ ...JSON.parse(line), row: 7, crc: undefined });
    writeLines([...lines.slice(0, 20), other(lines[20]!), ...lines.slice(21)]);
    await expectDamage(
      /Line 21 of records\.jsonl in .* names row 7 of features\.f16, where row 16 is due/,
      20,
    );
  });
});

describe('altered bytes', () => {
  it('of a record are noticed by its checksum', async () => {
    await newRun();
    const lines = linesOf();
    writeLines([...lines.slice(0, 9), lines[9]!.replace('Question 9?', 'Question 8?'), ...lines.slice(10)]);
    await expectDamage(/Line 10 of records\.jsonl in .* was altered: its checksum does not fit/, 9);
  });

  it('of features are noticed and named', async () => {
    await newRun();
    const bytes = readFileSync(at('features.f16'));
    for (let i = 3 * size; i < 4 * size; i += 2) bytes[i]! ^= 1;
    writeFileSync(at('features.f16'), bytes);
    const named = /Row 3 of .*features\.f16 \(question "q3"\) was altered: its checksum does not fit/;
    await expect(withRun(join(folder, 'run'), ({ features }) => features(3))).rejects.toThrow(named);
    await expectDamage(named, 3);
  });

  it('cannot be told in a run of before there were checksums, which opens and says so', async () => {
    await newRun({ isSealed: false });
    const { notes } = await learnt();
    expect(notes[0]).toMatch(/run: The run was stored before there were checksums: whether it was altered/);
    rmSync(join(folder, 'run'), { recursive: true });
    await newRun();
    expect((await learnt()).notes[0]).not.toMatch(/checksums/);
  });
});

describe('a description or a label that is garbled', () => {
  it('is refused with its place', async () => {
    await newRun();
    writeFileSync(at('corrections.jsonl'), '{"index":0,"label":"right"}\n{"ind');
    await expect(learnt()).rejects.toThrow(
      `Line 2 of corrections.jsonl in ${join(folder, 'run')} is no correction`,
    );
    writeFileSync(at('run.json'), '{');
    await expect(learnt()).rejects.toThrow(`(run.json in ${join(folder, 'run')}) is not valid JSON.`);
    writeFileSync(at('run.json'), 'null');
    await expect(learnt()).rejects.toThrow(`run.json in ${join(folder, 'run')} does not describe a run`);
  });
});

describe('what a killed process or a loss of power leaves', () => {
  it('is left out, which is said: a line that is cut short', async () => {
    await newRun();
    truncateSync(at('records.jsonl'), readFileSync(at('records.jsonl')).length - 5);
    const { notes } = await learnt();
    expect(notes.slice(0, 2)).toEqual([
      expect.stringMatching(/The last line of records\.jsonl is cut short and left out/),
      expect.stringMatching(/The run is not complete: it has 119 of 120 questions\./),
    ]);
    const merged = await runMerge([join(folder, 'run')], { out: join(folder, 'merged') });
    expect(merged).toMatchObject({ missing: [0], written: true, notes: notes.slice(0, 2) });
    expect(await loaded()).toBe(119);
  });

  it('is refused to learn from where features are missing; going on restores it, and keeps what was there', async () => {
    await newRun();
    truncateSync(at('features.f16'), 50 * size);
    const message =
      /lacks its features: row 50 of features\.f16 is not there; it and the \d+ lines behind it/;
    await expect(learnt()).rejects.toThrow(message);
    await expect(runMerge([join(folder, 'run')], { out: join(folder, 'merged') })).rejects.toThrow(message);
    expect(await loaded()).toBe(62);
    expect(readdirSync(at('damaged-1')).sort()).toEqual(['features.f16', 'records.jsonl', 'run.json']);
    await withRun(join(folder, 'run'), async ({ records }) => expect(records).toHaveLength(62));
  });
});

describe('a sweep', () => {
  let swept: string;
  const options = (change: Partial<ImpactOptions> = {}): ImpactOptions => ({
    model: 'test/fixtures/gguf/tiny-llama.gguf',
    device: 'native',
    suites: [join(swept, 'suite.jsonl')],
    neuron: ['0:3'],
    out: join(folder, 'run'),
    alphas: [0, 1, 3],
    controls: 1,
    free: 1,
    seed: 1,
    processes: 1,
    ...change,
  });
  const sweep = (change?: Partial<ImpactOptions>) => runImpactCommand(options(change), () => {});
  let whole: { readonly records: string; readonly manifest: string };
  let report: Awaited<ReturnType<typeof sweep>>;
  beforeAll(async () => {
    swept = mkdtempSync(join(tmpdir(), 'swept-'));
    writeFileSync(join(swept, 'suite.jsonl'), formatSuite(tinySuites(8)[0]!));
    report = await sweep({ out: swept });
    const read = (name: string) => readFileSync(join(swept, name), 'utf8');
    whole = { records: read('records.jsonl'), manifest: read('impact.json') };
  });
  afterAll(() => rmSync(swept, { recursive: true, force: true }));

  const double = (lines: readonly string[]) => lines.flatMap((line) => [line, line]);
  it.each([
    [
      'a line that is garbled',
      (lines: string[]) => lines.with(3, '{"type":'),
      /Line 4 .* is damaged: it is no record;/,
    ],
    ['what is no record', (lines: string[]) => lines.with(2, 'null'), /Line 3 .* no record of this sweep/],
    [
      'a record of other factors',
      (lines: string[]) => lines.with(0, lines[0]!.replace('"raw":[[', '"raw":[[1,')),
      /Line 1 .* no record of this sweep/,
    ],
    [
      'an altered number',
      (lines: string[]) => lines.with(1, lines[1]!.replace('"p1"', '"p7"')),
      /Line 2 .* was altered/,
    ],
    [
      'items that two processes wrote',
      double,
      /Line 2 .* repeats item "p0" of Premises, .* 9 lines are of no use/,
    ],
  ])('with %s is refused with the line, and restored by --repair', async (_what, damage, message) => {
    const damaged = `${damage(whole.records.trimEnd().split('\n')).join('\n')}\n`;
    await impactFolder(join(folder, 'run')).begin(JSON.parse(whole.manifest));
    writeFileSync(at('records.jsonl'), damaged);
    await expect(sweep({ resume: true })).rejects.toThrow(message);
    expect(readFileSync(at('records.jsonl'), 'utf8')).toBe(damaged);
    expect(await sweep({ resume: true, repair: true })).toEqual(report);
    expect(linesOf().toSorted()).toEqual(whole.records.trimEnd().split('\n').toSorted());
    expect(readFileSync(at('records.jsonl', 'run/damaged-1'), 'utf8')).toBe(damaged);
  });

  it('whose description is damaged is refused in one sentence', async () => {
    await impactFolder(join(folder, 'run')).begin(JSON.parse(whole.manifest));
    writeFileSync(at('impact.json'), whole.manifest.slice(0, 50));
    await expect(sweep({ resume: true })).rejects.toThrow(/impact\.json in .* is not valid JSON\./);
    writeFileSync(at('impact.json'), '{"format":"h-neuron-impact","version":1}');
    await expect(sweep({ resume: true })).rejects.toThrow(/does not hold a sweep/);
  });
});
