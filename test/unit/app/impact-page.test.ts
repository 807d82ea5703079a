import { describe, expect, it } from 'vitest';
import { createStores } from '../../../app/explore/state/stores.ts';
import { createImpact } from '../../../app/impact/state/impact.ts';
import type { StudyClient } from '../../../app/studies/study.ts';
import { EngineError } from '../../../src/lib/errors.ts';
import type { ImpactIn } from '../../../src/studies/impact/handler.ts';
import type { ImpactManifest } from '../../../src/studies/impact/run.ts';
import type { MarginRecord } from '../../../src/studies/impact/score-item.ts';
import type { ImpactStart } from '../../../src/studies/impact/sweep.ts';
import type { ImpactSummary } from '../../../src/studies/impact/sweep-database.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import { fakeClient } from '../../support/fake-client.ts';
import { settle, tinyModel } from '../../support/fake-engine.ts';
import { tinySuites } from '../../support/tiny-suites.ts';

const members = [{ layer: 0, neuron: 3 }];
const start: ImpactStart = {
  sets: [{ name: 'set', members }],
  controls: 0,
  alphas: [0, 1, 3],
  seed: 1,
  suites: tinySuites(4).slice(0, 1),
};
const manifest: ImpactManifest = {
  format: 'h-neuron-impact',
  version: 1,
  model: { name: 'tiny', fingerprint: tinyModel.fingerprint, precision: 'float32', device: 'wasm' },
  plan: { alphas: start.alphas, sets: [{ name: 'set', kind: 'set', members }] },
  suites: [{ name: 'Premises', kind: 'false-premise', items: 4, hash: '1' }],
};
const recordOf = (i: number): MarginRecord => ({
  type: 'margin',
  suite: 'Premises',
  id: `p${i}`,
  raw: [[1, 2, 3]],
  normalised: [[1, 2, 3]],
});

function setUp(model = tinyModel) {
  const stores = createStores();
  stores.model.setState({ status: 'ready', model });
  const engine = fakeClient<EngineClient>();
  const kept: MarginRecord[] = [];
  const summary = (): ImpactSummary => ({
    run: 'kept',
    manifest,
    done: kept.length,
    total: 4,
    finished: kept.length === 4,
    changed: '2025-01-31',
  });
  const study = fakeClient<StudyClient>({
    impactRuns: () => ({ runs: [summary()] }),
    impactRun: ({ run }: { run: string }) => {
      if (run === 'gone') throw new EngineError('bad-input', 'This sweep is no longer kept.');
      return { summary: summary(), suites: start.suites, records: [...kept], labels: [] };
    },
    impactReport: () => ({
      manifest,
      compliance: [],
      neutral: [],
      perplexity: [],
      free: [],
      of: kept.length,
    }),
    labelFree: ({ text }: { text: string }) => {
      if (text === 'unkept') throw new EngineError('storage-full', 'No room.');
      return {};
    },
    removeImpact: () => ({}),
  });
  let clock = 0;
  const page = createImpact({ engine: engine.client, study: study.client, stores, now: () => clock });
  const calls = () => engine.asked('impact');
  const tell = async (latest?: MarginRecord) => {
    if (latest) kept.push(latest);
    calls()
      .at(-1)!
      .emit({ done: kept.length, total: 4, itemsAnHour: latest ? 60 : 0, left: undefined, latest });
    await settle();
  };
  const begin = async () => {
    page.prepare(start);
    void page.start();
    await settle();
    await tell();
  };
  const reports = () => study.asked('impactReport').length;
  const wait = (milliseconds: number) => {
    clock += milliseconds;
  };
  return { page, state: page.store.getState, stores, calls, tell, begin, reports, wait, kept };
}

describe('a sweep on the page', () => {
  it('is not started without a choice or a model', async () => {
    const { page, state, stores, calls } = setUp();
    await page.start();
    expect(state().error).toMatch(/Choose neurons/);
    page.prepare(start);
    stores.model.setState({ status: 'loading' });
    await page.start();
    expect(state()).toMatchObject({ status: 'idle', error: expect.stringContaining('not ready') });
    expect(calls()).toHaveLength(0);
  });

  it('shows items as they come, and now and then what they show', async () => {
    const { state, begin, tell, reports, wait, calls } = setUp();
    await begin();
    expect(state()).toMatchObject({ status: 'running', manifest, progress: { done: 0, total: 4 } });
    await tell(recordOf(0));
    expect(state().records).toEqual([recordOf(0)]);
    expect(reports()).toBe(1);
    await tell(recordOf(1));
    expect(reports()).toBe(1);
    expect(state().report).toMatchObject({ status: 'done', outdated: true });
    wait(11_000);
    await tell(recordOf(2));
    expect(reports()).toBe(2);
    await tell(recordOf(3));
    calls().at(-1)!.finish({});
    await settle();
    expect(state()).toMatchObject({ status: 'done', report: { outdated: false, result: { of: 4 } } });
    expect(state().runs).toHaveLength(1);
  });

  it('is paused and gone on with; only the first call says what it does', async () => {
    const { page, state, begin, tell, calls } = setUp();
    await begin();
    await tell(recordOf(0));
    page.pause();
    await settle();
    expect(state().status).toBe('paused');
    expect(calls()[0]!.aborted()).toBe(true);
    void page.resume();
    await settle();
    const inputs = calls().map(({ input }) => input as ImpactIn);
    expect(inputs.map(({ start: given }) => given)).toEqual([start, undefined]);
    expect(inputs[1]!.run).toBe(inputs[0]!.run);
  });

  it('waits while the explorer answers, and goes on by itself', async () => {
    const { state, begin, stores, calls } = setUp();
    await begin();
    stores.run.setState({ status: 'running' });
    calls()[0]!.fail(new EngineError('cancelled', 'The request was cancelled.'));
    await settle();
    expect(state().status).toBe('waiting');
    stores.run.setState({ status: 'done' });
    await settle();
    expect(state().status).toBe('running');
    expect(calls()).toHaveLength(2);
  });

  it('is found again and opened, and refuses other weights or another device', async () => {
    const { page, state, kept, stores, calls } = setUp();
    kept.push(recordOf(0), recordOf(1));
    await page.refresh();
    await page.select('kept');
    expect(state()).toMatchObject({ status: 'paused', records: kept, progress: { done: 2, total: 4 } });
    expect(state().report.result).toMatchObject({ of: 2 });
    stores.model.setState({ model: { ...tinyModel, fingerprint: 'other', name: 'Other' } });
    await page.resume();
    expect(state()).toMatchObject({ status: 'paused', error: expect.stringContaining('of tiny, and Other') });
    stores.model.setState({ model: { ...tinyModel, precision: '8-bit blocks of 32' } });
    await page.resume();
    expect(state().error).toMatch(/runs on wasm with float32, .* on wasm with 8-bit blocks/);
    expect(calls()).toHaveLength(0);
    await page.select('gone');
    expect(state()).toMatchObject({ run: undefined, status: 'idle' });
    await page.select('kept');
    await page.remove('kept');
    expect(state().run).toBeUndefined();
  });

  it('labels free answers, takes labels back, and shows none that is not kept', async () => {
    const { page, state, kept, reports } = setUp();
    kept.push(recordOf(0));
    await page.select('kept');
    const place = { suite: 'Premises', id: 'p0', text: 'Yes.' };
    const before = reports();
    await page.label(place, 'along');
    await page.label(place, 'neither');
    expect(state().labels).toEqual([{ type: 'label', ...place, label: 'neither' }]);
    expect(reports()).toBe(before + 2);
    await page.label({ ...place, text: 'unkept' }, 'along');
    expect(state().labels).toEqual([{ type: 'label', ...place, label: 'neither' }]);
    expect(state().error).toBe('No room.');
    await page.label(place, undefined);
    expect(state().labels).toEqual([]);
  });

  it('goes on with free answers once it rests', async () => {
    const { page, calls, kept, state } = setUp();
    kept.push(recordOf(0), recordOf(1), recordOf(2), recordOf(3));
    await page.select('kept');
    expect(state().status).toBe('done');
    void page.answerFreely(2);
    await settle();
    expect(calls().map(({ input }) => input)).toEqual([{ run: 'kept', start: undefined, free: 2 }]);
    void page.answerFreely(3);
    await settle();
    expect(calls()).toHaveLength(1);
  });

  it('keeps what is done where it fails', async () => {
    const { state, begin, tell, calls } = setUp();
    await begin();
    await tell(recordOf(0));
    calls()[0]!.fail(new EngineError('storage-full', 'No room.'));
    await settle();
    expect(state()).toMatchObject({ status: 'failed', error: 'No room.', records: [recordOf(0)] });
  });
});
