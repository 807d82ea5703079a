import { activationStatistics } from '../../../../src/engine/activation-statistics.ts';
import { type Model, modelOf } from '../../../../src/engine/model.ts';
import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteDB, openDB } from 'idb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { nodeWasmRuntime } from '../../../../src/model/runtime/wasm-node.ts';
import { createClient } from '../../../../src/rpc/client.ts';
import { serve } from '../../../../src/rpc/server.ts';
import { impactStore } from '../../../../src/studies/impact/browser-store.ts';
import { impact } from '../../../../src/studies/impact/handler.ts';
import { impactReport } from '../../../../src/studies/impact/report.ts';
import { type ImpactProgress, runImpact } from '../../../../src/studies/impact/run.ts';
import { type ImpactStart, sweepPlan } from '../../../../src/studies/impact/sweep.ts';
import { readImpact, withImpactDatabase } from '../../../../src/studies/impact/sweep-database.ts';
import { sweeperOf } from '../../../../src/studies/impact/sweeper.ts';
import { impactFolder } from '../../../../src/studies/impact/terminal/sweep-folder.ts';
import { study, studyCancels } from '../../../../src/worker/study.ts';
import type { StudyCalls } from '../../../../src/worker/study-calls.ts';
import { openTiny } from '../../../support/models.ts';
import { loopback } from '../../../support/port.ts';
import { tinySuites } from '../../../support/tiny-suites.ts';

const start: ImpactStart = {
  sets: [{ name: 'set', members: [{ layer: 0, neuron: 3 }] }],
  controls: 2,
  alphas: [0, 1, 3],
  seed: 4,
  suites: tinySuites(3),
};

let opened: Model;
const client = createClient<StudyCalls>(loopback<StudyCalls>((post) => serve(study, post, studyCancels)));

beforeAll(async () => {
  const { model } = await openTiny(nodeWasmRuntime(1));
  const { meanCett } = await activationStatistics(model);
  opened = modelOf(model, { meanCett, why: '', fromCache: false, notice: undefined });
});
afterAll(() => opened.session.release());
afterEach(async () => {
  for (const { run } of (await client.call('impactRuns', {})).runs)
    await client.call('removeImpact', { run });
});

/** Runs or goes on; `stopAt` ends it once so many items are done, `free` adds free answers to what is kept. */
async function sweep(
  run: string,
  sweepStart?: ImpactStart,
  stopAt = Number.POSITIVE_INFINITY,
  free?: number,
) {
  const stop = new AbortController();
  const told: ImpactProgress[] = [];
  let gaveWay = 0;
  const outcome = await impact(
    opened,
    { run, start: sweepStart, free },
    {
      signal: stop.signal,
      emit(progress) {
        told.push(progress);
        if (progress.done >= stopAt) stop.abort();
      },
      giveWay: async () => {
        gaveWay++;
      },
    },
  ).then(
    ({ done }) => `${done} done`,
    ({ code }) => code as string,
  );
  return { outcome, told: told.map(({ done }) => done), gaveWay };
}

describe('a sweep in the browser’s store', () => {
  it('goes on after an interruption to what an undisturbed one gives', async () => {
    expect(await sweep('torn', start, 4)).toEqual({
      outcome: 'cancelled',
      told: [0, 1, 2, 3, 4],
      gaveWay: 4,
    });
    const { runs } = await client.call('impactRuns', {});
    expect(runs).toMatchObject([{ run: 'torn', done: 4, total: 9, finished: false }]);
    expect(await sweep('torn')).toEqual({ outcome: '9 done', told: [4, 5, 6, 7, 8, 9], gaveWay: 5 });
    expect((await sweep('whole', start)).outcome).toBe('9 done');
    const torn = await client.call('impactRun', { run: 'torn' });
    const whole = await client.call('impactRun', { run: 'whole' });
    expect(torn.records).toEqual(whole.records);
    expect(torn.suites).toEqual(start.suites);
    expect(torn.summary).toMatchObject({ finished: true, manifest: whole.summary.manifest });
  });

  it('is what the terminal’s sweep is, and so is the report', async () => {
    await sweep('a', { ...start, free: 1 });
    const folder = mkdtempSync(join(tmpdir(), 'impact-'));
    const store = impactFolder(join(folder, 'run'));
    const { layout, meanCett } = opened;
    const plan = sweepPlan({ ...start, layout, meanCett });
    const sweeper = sweeperOf(opened, plan);
    await runImpact({ sweeper, suites: start.suites, store });
    await runImpact({ sweeper, free: 1, suites: start.suites, store });
    sweeper.dispose();
    const kept = (await store.load())!;
    rmSync(folder, { recursive: true });
    const { summary, records } = await client.call('impactRun', { run: 'a' });
    expect(records).toEqual(kept.records);
    expect(summary.manifest).toEqual(kept.manifest);
    const report = await client.call('impactReport', { run: 'a' });
    expect(report).toEqual(await impactReport(kept.manifest, kept.records, { seed: start.seed }));
  });

  it('tells the first set’s members apart, also where it is gone on with', async () => {
    const two = [
      { layer: 0, neuron: 3 },
      { layer: 1, neuron: 1 },
    ];
    const members = { ...start, sets: [{ name: 'two', members: two }], members: true };
    await sweep('torn', members, 4);
    expect((await sweep('torn')).outcome).toBe('9 done');
    const report = await client.call('impactReport', { run: 'torn' });
    expect(report.manifest.plan.sets.map(({ kind }) => kind)).toEqual([
      'set',
      'control',
      'control',
      'alone',
      'alone',
      'without',
      'without',
    ]);
    const [{ sets, members: found }] = report.compliance as [(typeof report.compliance)[number]];
    expect(sets).toHaveLength(3);
    expect(found!.members.map(({ neuron }) => neuron.neuron).sort()).toEqual([1, 3]);
    expect(report.perplexity[0]!.sets).toHaveLength(3);
  });

  it('leaves out what is left of a suite that is known well enough, however often it is stopped', async () => {
    const suites = tinySuites(34).slice(0, 1);
    const tight = { ...start, suites, tight: 10 };
    await sweep('a', tight);
    await sweep('b', tight, 20);
    expect((await sweep('b')).outcome).toBe('30 done');
    expect((await sweep('b')).outcome).toBe('30 done');
    const of = async (run: string) => (await client.call('impactRun', { run })).records;
    expect(await of('b')).toEqual(await of('a'));
    expect((await client.call('impactRuns', {})).runs.map(({ finished }) => finished)).toEqual([true, true]);
  });

  it('lets items be answered freely behind all else, at once or later, with the same outcome', async () => {
    await sweep('at once', { ...start, free: 2 });
    expect((await sweep('torn', start, 8)).outcome).toBe('cancelled');
    expect((await sweep('torn')).outcome).toBe('9 done');
    const before = (await client.call('impactRun', { run: 'torn' })).records;
    const more = await sweep('torn', undefined, 10, 2);
    expect(more).toEqual({ outcome: 'cancelled', told: [9, 10], gaveWay: 1 });
    const { runs } = await client.call('impactRuns', {});
    expect(runs.find(({ run }) => run === 'torn')).toMatchObject({ done: 10, total: 11, finished: false });
    expect((await sweep('torn')).outcome).toBe('11 done');
    const torn = await client.call('impactRun', { run: 'torn' });
    const atOnce = await client.call('impactRun', { run: 'at once' });
    expect(torn.records.slice(0, 9)).toEqual(before);
    expect(torn.records).toEqual(atOnce.records);
    expect(torn.records.slice(9)).toMatchObject([
      { type: 'free', suite: 'Premises', id: 'p0' },
      { type: 'free', suite: 'Premises', id: 'p1' },
    ]);
    expect(torn.summary.manifest).toEqual(atOnce.summary.manifest);
    expect(torn.summary).toMatchObject({ done: 11, total: 11, finished: true });
    expect((await sweep('torn', undefined, 20, 1)).outcome).toBe('11 done');
    const { free } = await client.call('impactReport', { run: 'torn' });
    expect(free).toMatchObject([{ suite: 'Premises', items: 2, labelled: 0 }]);
  });

  it('keeps a person’s labels, which count in the report, until they are taken back or the sweep is deleted', async () => {
    await sweep('a', { ...start, free: 1 });
    const { records } = await client.call('impactRun', { run: 'a' });
    const record = records.at(-1)!;
    if (record.type !== 'free') throw new Error('no free answer');
    const { suite, id, answers } = record;
    const place = { suite, id, text: answers[0]![0]!.text };
    const seen = async () => {
      const { labels } = await client.call('impactRun', { run: 'a' });
      const { free } = await client.call('impactReport', { run: 'a' });
      return { labels, labelled: free[0]!.labelled, along: free[0]!.sets[0]!.byAlpha[0]!.counts.along };
    };
    expect(await seen()).toEqual({ labels: [], labelled: 0, along: 0 });
    await client.call('labelFree', { run: 'a', ...place, label: 'against' });
    await client.call('labelFree', { run: 'a', ...place, label: 'along' });
    const labels = [{ type: 'label', ...place, label: 'along' }];
    expect(await seen()).toEqual({ labels, labelled: 1, along: 1 });
    await client.call('labelFree', { run: 'a', ...place });
    expect(await seen()).toEqual({ labels: [], labelled: 0, along: 0 });
    await client.call('labelFree', { run: 'a', ...place, label: 'along' });
    await client.call('removeImpact', { run: 'a' });
    await sweep('a', { ...start, free: 1 });
    expect((await seen()).labels).toEqual([]);
  });

  it('is gone on with where it was kept before there were labels', async () => {
    await sweep('a', start, 4);
    const { entry, suites, records } = await withImpactDatabase((db) => readImpact(db, 'a'));
    await deleteDB('h-neuron-sweeps');
    const old = await openDB('h-neuron-sweeps', 1, {
      upgrade(made) {
        made.createObjectStore('runs', { keyPath: 'run' }).put(entry);
        made.createObjectStore('suites', { keyPath: 'run' }).put({ run: 'a', suites });
        const kept = made.createObjectStore('records', { keyPath: ['run', 'index'] });
        for (const [index, record] of records.entries()) kept.put({ run: 'a', index, record });
      },
    });
    old.close();
    const read = await client.call('impactRun', { run: 'a' });
    expect(read).toMatchObject({ records, labels: [], summary: { done: 4, total: 9 } });
    expect((await sweep('a', undefined, 20, 1)).outcome).toBe('10 done');
  });

  it('says that nothing is stored where the storage is cleared meanwhile, and notices altered records', async () => {
    await sweep('a', start, 2);
    await withImpactDatabase(async (db) => {
      const kept = (await db.get('records', ['a', 1]))!;
      await db.put('records', { ...kept, record: { ...kept.record, id: 'other' } });
    });
    await expect(client.call('impactReport', { run: 'a' })).rejects.toThrow(/item "other" of .* was altered/);
    expect((await sweep('a')).outcome).toBe('bad-input');
    await client.call('removeImpact', { run: 'a' });
    await withImpactDatabase(async (db) => {
      const store = impactStore(db, 'b', start);
      await store.begin({
        format: 'h-neuron-impact',
        version: 1,
        model: { name: '', fingerprint: '', precision: '', device: '' },
        plan: { alphas: [0, 1, 3], sets: [] },
        suites: [],
      });
      const record = { type: 'margin', suite: 's', id: 'i', raw: [], normalised: [] } as const;
      await store.append(record);
      await deleteDB('h-neuron-sweeps');
      await expect(store.append({ ...record, id: 'j' })).rejects.toMatchObject({ code: 'storage-lost' });
    });
  });

  it('is not gone on with once it is deleted, nor in two places at once', async () => {
    expect((await sweep('none')).outcome).toBe('storage-lost');
    await sweep('a', start, 2);
    const [one, other] = await Promise.all([sweep('a'), sweep('a')]);
    expect([one.outcome, other.outcome].sort()).toEqual(['9 done', 'bad-input']);
    const { records } = await client.call('impactRun', { run: 'a' });
    expect(new Set(records.map(({ id }) => id)).size).toBe(9);
  });
});
