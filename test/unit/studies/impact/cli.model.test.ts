import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runSet } from '../../../../src/cli/set.ts';
import { formatSuite } from '../../../../src/datasets/suites/suite.ts';
import type { FreeRecord } from '../../../../src/studies/impact/score-item.ts';
import {
  type ImpactOptions,
  impactText,
  runImpactCommand,
} from '../../../../src/studies/impact/terminal/impact.ts';
import { membersSentence } from '../../../../src/studies/report-text/impact.ts';
import { tinySuites } from '../../../support/tiny-suites.ts';

const model = 'test/fixtures/gguf/tiny-llama.gguf';
let folder: string;
const path = (name: string) => join(folder, name);
const quiet = () => {};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'h-neurons-impact-'));
  await writeFile(path('pair.csv'), 'layer,neuron,weight\n0,3,1.5\n1,1,0.5\n');
  await runSet(path('pair.csv'), { model, intercept: -1, out: path('pair.json') });
  await writeFile(path('suite.jsonl'), formatSuite(tinySuites(4)[0]!));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const options = (change: Partial<ImpactOptions>): ImpactOptions => ({
  model,
  device: 'native',
  suites: [path('suite.jsonl')],
  out: path('out'),
  alphas: [0, 1, 3],
  controls: 0,
  free: 0,
  seed: 1,
  processes: 1,
  ...change,
});

test('members are told apart beside single neurons, without random sets, as report and as table', async () => {
  const report = await runImpactCommand(
    options({ set: [path('pair.json')], neuron: ['0:3', '1:0'], members: true, report: path('report.json') }),
    quiet,
  );
  expect(JSON.parse(await readFile(path('report.json'), 'utf8'))).toEqual(report);
  const [{ sets, members, contrasts }] = report.compliance as [(typeof report.compliance)[number]];
  expect(sets.map(({ name }) => name)).toEqual(['pair', '0:3', '1:0']);
  expect(contrasts).toEqual([]);
  expect(members).toMatchObject({ set: 'pair', looks: 4 });
  const of = (neuron: number) => members!.members.find((each) => each.neuron.neuron === neuron)!;
  // Of two members, the set without the one is the other.
  const whole = sets[0]!.endpoints.margin.value;
  expect(of(3).alone.margin.value).toBeCloseTo(whole - of(1).lost.margin.value, 9);
  expect(of(3).alone.margin).toEqual(sets[1]!.endpoints.margin);
  expect(impactText(report)).toContain('Premises: 4 items are too few to say; at least 20 are needed.');
  expect(membersSentence(members!, 'margin', 4)).toBe('4 items are too few to say; at least 20 are needed.');
  const many = report.compliance.map((effects) => ({ ...effects, items: 20 }));
  const text = impactText({ ...report, compliance: many });
  expect(text).toMatch(/Premises, each neuron of pair: change from 0 to 3 of rate and margin alone;/);
  expect(text).toMatch(/^ {4}1:1 +\S+ \(\S+ to \S+\)/m);
  expect(text).toContain(membersSentence(members!, 'margin', 20));
});

test('a sweep without members is gone on with as it is, and not as one with', async () => {
  const plain = options({ set: [path('pair.json')], controls: 1, out: path('plain') });
  const first = await runImpactCommand(plain, quiet);
  expect(first.manifest.plan.sets.map((set) => Object.keys(set))).toEqual([
    ['name', 'members', 'kind'],
    ['name', 'kind', 'members'],
  ]);
  expect(first.compliance[0]!.members).toBeUndefined();
  expect(await runImpactCommand({ ...plain, resume: true }, quiet)).toEqual(first);
  await expect(runImpactCommand({ ...plain, resume: true, members: true }, quiet)).rejects.toThrow(
    /another choice of sets/,
  );
});

test('a single neuron is enough, but has no members; nothing is too little', async () => {
  const report = await runImpactCommand(options({ neuron: ['1:1'], controls: 1, out: path('one') }), quiet);
  expect(report.compliance[0]!.sets.map(({ name }) => name)).toEqual(['1:1', 'control 1']);
  const refused = (change: Partial<ImpactOptions>) =>
    runImpactCommand(options({ out: path('refused'), ...change }), quiet);
  await expect(refused({ neuron: ['1:1'], members: true })).rejects.toThrow(/has one neuron/);
  await expect(refused({ neuron: ['9:1'] })).rejects.toThrow(/layers are 0 to 1/);
  await expect(refused({})).rejects.toThrow(/--set or neurons with --neuron/);
});

test('free answers are added to a stored sweep, and count as a file of labels says', async () => {
  const set = { set: [path('pair.json')], controls: 1, out: path('free') };
  const before = await runImpactCommand(options(set), quiet);
  expect(before.free).toEqual([]);
  const more = await runImpactCommand(options({ ...set, resume: true, free: 2 }), quiet);
  expect({ ...more, free: [] }).toEqual(before);
  expect(more.free).toMatchObject([{ items: 2, labelled: 0 }]);
  const lines = (await readFile(path('free/records.jsonl'), 'utf8')).trimEnd().split('\n');
  const { suite, id, answers } = JSON.parse(lines.at(-1)!) as FreeRecord;
  const label = { type: 'label', suite, id, text: answers[0]![2]!.text, label: 'along' };
  await writeFile(path('labels.jsonl'), `${lines.at(-1)}\n${JSON.stringify(label)}\n`);
  const labelled = await runImpactCommand(
    options({ ...set, resume: true, labels: path('labels.jsonl') }),
    quiet,
  );
  expect(labelled.free[0]).toMatchObject({ items: 2, labelled: 1 });
  expect(labelled.free[0]!.sets[0]!.byAlpha[2]!.counts.along).toBeGreaterThan(0);
  expect(impactText(labelled)).toMatch(/free answers to 2 items, 1 labelled by hand/);
});
