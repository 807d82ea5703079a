import 'fake-indexeddb/auto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type NeuronSet, parseNeuronSet } from '../../../src/neurons/set-file.ts';
import { type Client, createClient } from '../../../src/rpc/client.ts';
import { serve } from '../../../src/rpc/server.ts';
import { browserStore } from '../../../src/studies/identify/browser-store.ts';
import type { LearnSettings } from '../../../src/studies/identify/learn.ts';
import { withDatabase } from '../../../src/studies/identify/run-database.ts';
import { runFit } from '../../../src/studies/identify/terminal/fit.ts';
import { folderStore } from '../../../src/studies/identify/terminal/run-folder.ts';
import { verdictSentence } from '../../../src/studies/report-text/verdict.ts';
import { study, studyCancels } from '../../../src/worker/study.ts';
import type { StudyCalls } from '../../../src/worker/study-calls.ts';
import { loopback } from '../../support/port.ts';
import { writeLearnable } from '../../support/study-runs.ts';

const settings: LearnSettings = {
  name: 'Test set',
  feature: { aggregation: 'mean', position: 'read' },
  labels: '1-vs-1',
  C: 'auto',
  splitBy: 'answer',
  seed: 1,
  draws: 10,
};

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
  const client = connect();
  for (const { run } of (await client.call('runs', {})).runs) await client.call('remove', { run });
});

function connect(): Client<StudyCalls> {
  return createClient<StudyCalls>(loopback<StudyCalls>((post) => serve(study, post, studyCancels)));
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'study-'));
  folders.push(folder);
  return folder;
}

/** The set that the terminal finds in a run's exported files. */
async function fitExported(client: Client<StudyCalls>, run: string, fit: LearnSettings): Promise<NeuronSet> {
  const folder = newFolder();
  for (const { name, blob } of (await client.call('exportRun', { run })).files)
    writeFileSync(join(folder, name), Buffer.from(await blob.arrayBuffer()));
  const out = join(newFolder(), 'set.json');
  const { name, C, feature, labels, splitBy: split, seed, draws } = fit;
  await runFit(folder, { out, name, C, ...feature, labels, split, seed, draws });
  return parseNeuronSet(readFileSync(out, 'utf8'));
}

const keep = (run: string) => withDatabase((db) => writeLearnable(browserStore(db, run)));

describe('learning in the study worker', () => {
  it('finds the set that the terminal finds in the exported files', async () => {
    await keep('a');
    const client = connect();
    const stages = new Set<string>();
    const finding = await client.call(
      'learn',
      { run: 'a', settings },
      { onEvent: ({ stage }) => stages.add(stage) },
    );
    expect(stages.size).toBeGreaterThan(1);

    const { provenance, ...set } = await fitExported(client, 'a', settings);
    const { provenance: own, ...found } = finding.set;
    expect(found).toEqual(set);
    expect({ ...own, created: '' }).toEqual({ ...provenance, created: '' });
    expect(Number.isNaN(Date.parse(own.created))).toBe(false);
  });

  it('goes by a person’s labels, and so does the terminal with the exported files', async () => {
    await keep('a');
    const client = connect();
    const quick = { ...settings, C: 2, draws: 2 };
    const judged = await client.call('learn', { run: 'a', settings: quick });
    const { records } = await client.call('records', { run: 'a' });
    for (const { index, status, row } of records) {
      if (row === undefined) continue;
      const label = index % 7 === 0 ? 'left-out' : status === 'right' ? 'wrong' : 'right';
      await client.call('correct', { run: 'a', index, label });
    }
    const { set, trained, verdict } = await client.call('learn', { run: 'a', settings: quick });
    expect(trained + verdict.right + verdict.madeUp).toBeLessThan(
      judged.trained + judged.verdict.right + judged.verdict.madeUp,
    );
    // Turned round, neurons that spoke for a made-up answer speak for a right one.
    const named = ({ neurons }: NeuronSet) => neurons.map(({ layer, neuron }) => `${layer}:${neuron}`);
    expect(named(judged.set)).toContain('0:7');
    expect(named(set)).not.toContain('0:7');
    const fitted = await fitExported(client, 'a', quick);
    expect({ ...fitted, provenance: '' }).toEqual({ ...set, provenance: '' });
    expect(fitted.provenance.heldOut).toEqual(set.provenance.heldOut);
  });

  it('is cancelled, and by a newer one', async () => {
    await keep('a');
    const client = connect();
    const stop = new AbortController();
    const call = (options = {}) => client.call('learn', { run: 'a', settings }, options);
    const stopped = call({ signal: stop.signal, onEvent: () => stop.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
    const [older, newer] = await Promise.allSettled([call(), call()]);
    expect(older).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
    expect(newer).toMatchObject({ status: 'fulfilled' });
  });

  it('evaluates a set on another run', async () => {
    await keep('a');
    await keep('b');
    const client = connect();
    const { set } = await client.call('learn', { run: 'a', settings });
    const evaluation = await client.call('evaluate', { set, run: 'b', trainRun: 'a', draws: 5, seed: 1 });
    expect(evaluation.answers).toBeGreaterThan(10);
    expect(verdictSentence(evaluation.verdict!)).toContain('AUROC');
  });
});

describe('runs', () => {
  it('are listed, corrected and deleted', async () => {
    await keep('a');
    const client = connect();
    await client.call('correct', { run: 'a', index: 3, label: 'left-out' });
    await client.call('correct', { run: 'a', index: 2, label: 'wrong' });
    await client.call('correct', { run: 'a', index: 2 });
    const { summary, records, corrections } = await client.call('records', { run: 'a' });
    expect((await client.call('runs', {})).runs).toEqual([{ ...summary, notes: undefined }]);
    expect(records).toHaveLength(summary.done);
    expect(corrections).toEqual([{ index: 3, label: 'left-out' }]);
    await client.call('remove', { run: 'a' });
    expect((await client.call('runs', {})).runs).toEqual([]);
    await expect(client.call('records', { run: 'a' })).rejects.toThrow(/no longer kept/);
  });

  it('of the terminal are taken in', async () => {
    const folder = join(newFolder(), 'run');
    const store = folderStore(folder);
    await writeLearnable(store);
    await store.close();
    const files = ['run.json', 'records.jsonl', 'features.f16'].map(
      (name) => new File([readFileSync(join(folder, name))], name),
    );
    const client = connect();
    const { run, done, total } = await client.call('importRun', { files });
    expect(done).toBe(total);
    await keep('a');
    const learnt = async (key: string) => (await client.call('learn', { run: key, settings })).set.neurons;
    expect(await learnt(run)).toEqual(await learnt('a'));
  });
});
