import 'fake-indexeddb/auto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { impactFolder } from '../../src/cli/impact-folder.ts';
import { continuationScorer } from '../../src/decode/continuations.ts';
import { calibrate } from '../../src/engine/calibration.ts';
import { impact, impactTexts } from '../../src/engine/impact.ts';
import type { OpenedModel } from '../../src/engine/load.ts';
import { impactReport } from '../../src/impact/report.ts';
import { type ImpactProgress, runImpact } from '../../src/impact/run.ts';
import { sweepLanes, sweepPlan } from '../../src/impact/sweep.ts';
import { createClient } from '../../src/protocol/client.ts';
import type { ImpactStart } from '../../src/protocol/messages.ts';
import { serve } from '../../src/protocol/server.ts';
import type { StudyCalls } from '../../src/protocol/study-messages.ts';
import { nodeWasmRuntime } from '../../src/runtime/wasm-node.ts';
import { study, studyCancels } from '../../src/study/study.ts';
import { openTiny } from '../support/models.ts';
import { loopback } from '../support/port.ts';
import { tinySuites } from '../support/tiny-suites.ts';

const start: ImpactStart = {
  sets: [{ name: 'set', members: [{ layer: 0, neuron: 3 }] }],
  controls: 2,
  alphas: [0, 1, 3],
  seed: 4,
  suites: tinySuites(3),
};

let opened: OpenedModel;
const client = createClient<StudyCalls>(loopback<StudyCalls>((post) => serve(study, post, studyCancels)));

beforeAll(async () => {
  const { model, io } = await openTiny(nodeWasmRuntime(1));
  const calibration = await calibrate(model, io);
  opened = { model, io, calibration, why: '', fromCache: false, notice: undefined };
});
afterAll(() => opened.model.session.release());
afterEach(async () => {
  for (const { run } of (await client.call('impactRuns', {})).runs)
    await client.call('removeImpact', { run });
});

/** Runs or goes on; `stopAt` ends it once so many items are done. */
async function sweep(run: string, sweepStart?: ImpactStart, stopAt = Number.POSITIVE_INFINITY) {
  const stop = new AbortController();
  const told: ImpactProgress[] = [];
  let gaveWay = 0;
  const outcome = await impact(
    opened,
    { run, start: sweepStart },
    {
      id: 1,
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
    await sweep('a', start);
    const folder = mkdtempSync(join(tmpdir(), 'impact-'));
    const store = impactFolder(join(folder, 'run'));
    const { model, io, calibration } = opened;
    const { layout, runtime, name, fingerprint, precision } = model;
    const plan = sweepPlan({ ...start, layout, meanCett: calibration.meanCett });
    const scorer = continuationScorer(model, io, sweepLanes(plan));
    const about = { name, fingerprint, precision, device: runtime.kind };
    const texts = impactTexts(model);
    await runImpact({ model: about, scorer, texts, plan, suites: start.suites, store });
    scorer.dispose();
    const kept = (await store.load())!;
    rmSync(folder, { recursive: true });
    const { summary, records } = await client.call('impactRun', { run: 'a' });
    expect(records).toEqual(kept.records);
    expect(summary.manifest).toEqual(kept.manifest);
    const report = await client.call('impactReport', { run: 'a' });
    expect(report).toEqual(await impactReport(kept.manifest, kept.records, { seed: start.seed }));
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

  it('is not gone on with once it is deleted, nor in two places at once', async () => {
    expect((await sweep('none')).outcome).toBe('bad-input');
    await sweep('a', start, 2);
    const [one, other] = await Promise.all([sweep('a'), sweep('a')]);
    expect([one.outcome, other.outcome].sort()).toEqual(['9 done', 'bad-input']);
    const { records } = await client.call('impactRun', { run: 'a' });
    expect(new Set(records.map(({ id }) => id)).size).toBe(9);
  });
});
