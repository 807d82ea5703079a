import { describe, expect, it, vi } from 'vitest';
import { createStores } from '../../../app/explore/state/stores.ts';
import { createIdentification } from '../../../app/identify/state/identification.ts';
import type { StudyClient } from '../../../app/studies/study.ts';
import { EngineError } from '../../../src/lib/errors.ts';
import type { Finding } from '../../../src/studies/identify/finding.ts';
import type { IdentifyIn } from '../../../src/studies/identify/handler.ts';
import type { QuestionRecord } from '../../../src/studies/identify/records.ts';
import type { RunProgress } from '../../../src/studies/identify/run.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import type { StudyCalls } from '../../../src/worker/study-calls.ts';
import { fakeClient } from '../../support/fake-client.ts';
import { settle, tinyModel } from '../../support/fake-engine.ts';
import { learnableManifest, tinyQuestions } from '../../support/study-runs.ts';

const manifest = {
  ...learnableManifest,
  model: { ...learnableManifest.model, fingerprint: tinyModel.fingerprint },
};
const counts = { right: 0, wrong: 0, uncertain: 0, mixed: 0, skipped: 0 };
const settings = {
  name: 'Set',
  feature: { aggregation: 'mean', position: 'read' },
  labels: '1-vs-1',
  C: 1,
  splitBy: 'answer',
  seed: 1,
  draws: 1,
} as const;

const recordAt = (index: number, row?: number): QuestionRecord => ({
  index,
  question: tinyQuestions.questions[index]!,
  status: row === undefined ? 'mixed' : 'right',
  replies: [],
  ...(row === undefined ? {} : { row }),
});

function setUp() {
  const stores = createStores();
  stores.model.setState({ status: 'ready', model: tinyModel });
  const engine = fakeClient<EngineClient>();
  const kept: QuestionRecord[] = [];
  const summary = () => ({
    run: 'kept',
    manifest,
    done: kept.length,
    total: 9,
    counts,
    changed: '2025-01-31',
  });
  const study = fakeClient<StudyClient>({
    runs: () => ({ runs: [summary()] }),
    records: (): StudyCalls['records']['out'] => ({
      summary: summary(),
      records: [...kept],
      corrections: [{ index: 0, label: 'wrong' }],
    }),
    correct: ({ index }: { index: number }) => {
      if (index === 8) throw new EngineError('storage-full', 'No room.');
      return {};
    },
    remove: () => ({}),
  });
  const page = createIdentification({
    engine: engine.client,
    study: study.client,
    stores,
    schedule: (flush) => flush(),
  });
  const asks = () => engine.asked('identify');
  /** Tells that a question is done. */
  const answerOne = (record: QuestionRecord) => {
    kept.push(record);
    const progress: RunProgress = {
      done: kept.length,
      total: 9,
      counts,
      questionsAnHour: 1,
      left: 1,
      latest: record,
    };
    asks().at(-1)!.emit(progress);
  };
  const beginRun = async () => {
    asks()
      .at(-1)!
      .emit({ done: kept.length, total: 9, counts, questionsAnHour: 0, left: undefined, latest: undefined });
    await settle();
  };
  const start = async () => {
    page.chooseSet(tinyQuestions);
    void page.start();
    await settle();
    await beginRun();
  };
  return { page, state: page.store.getState, stores, engine, study, asks, answerOne, beginRun, start, kept };
}

const cancelledByAnswer = new EngineError('cancelled', 'The request was cancelled.');

describe('a run on the page', () => {
  it('is not started without questions or a model', async () => {
    const { page, state, stores, asks } = setUp();
    await page.start();
    expect(state().error).toMatch(/Choose the questions/);
    page.chooseSet(tinyQuestions);
    stores.model.setState({ status: 'failed', model: undefined });
    await page.start();
    expect(state()).toMatchObject({ status: 'idle', error: expect.stringContaining('model is not ready') });
    expect(asks()).toHaveLength(0);
  });

  it('shows records and figures as they come, and ends', async () => {
    const { page, state, asks, answerOne } = setUp();
    page.changeSettings({ samples: 4, agree: 3 });
    page.chooseSet(tinyQuestions, 2);
    void page.start();
    await settle();
    const { start } = asks()[0]!.input as IdentifyIn;
    expect(start?.set.questions).toHaveLength(2);
    expect(start?.settings).toMatchObject({ samples: 4, agree: 3 });
    asks()[0]!.emit({ done: 0, total: 2, counts, questionsAnHour: 0, left: undefined, latest: undefined });
    await settle();
    expect(state()).toMatchObject({ status: 'running', progress: { done: 0, total: 2 }, manifest });
    const before = page.records.version();
    answerOne(recordAt(0));
    answerOne(recordAt(1, 0));
    expect(page.records.list().map(({ index }) => index)).toEqual([0, 1]);
    expect(page.records.list()).toBe(page.records.list());
    expect(page.records.version()).toBeGreaterThan(before);
    asks()[0]!.finish({});
    await settle();
    expect(state()).toMatchObject({ status: 'done', progress: { done: 2 } });
  });

  it('pauses, and goes on without its questions being sent again', async () => {
    const { page, state, asks, answerOne, beginRun, start } = setUp();
    await start();
    answerOne(recordAt(0));
    page.pause();
    expect(asks()[0]!.aborted()).toBe(true);
    expect(state().status).toBe('paused');
    await settle();
    void page.resume();
    await settle();
    expect(asks()[1]!.input).toEqual({ run: state().run, start: undefined });
    await beginRun();
    answerOne(recordAt(1));
    expect(page.records.list().map(({ index }) => index)).toEqual([0, 1]);
    expect(state().status).toBe('running');
  });

  it('gives way to the explorer, and goes on by itself behind the answer', async () => {
    const { page, state, stores, asks, start } = setUp();
    await start();
    stores.run.setState({ status: 'running' });
    asks()[0]!.fail(cancelledByAnswer);
    await settle();
    expect(state().status).toBe('waiting');
    expect(asks()).toHaveLength(1);
    stores.run.setState({ status: 'done' });
    await settle();
    expect(asks()).toHaveLength(2);
    expect(state().status).toBe('running');

    stores.run.setState({ status: 'running' });
    asks()[1]!.fail(cancelledByAnswer);
    await settle();
    page.pause();
    stores.run.setState({ status: 'done' });
    await settle();
    expect(state().status).toBe('paused');
    expect(asks()).toHaveLength(2);
  });

  it('waits for its own model where another one is loaded', async () => {
    const { page, state, stores, asks, start } = setUp();
    await start();
    stores.model.setState({ status: 'loading' });
    asks()[0]!.fail(cancelledByAnswer);
    await settle();
    stores.model.setState({ status: 'ready', model: { ...tinyModel, name: 'other', fingerprint: 'g' } });
    await settle();
    expect(state()).toMatchObject({
      status: 'paused',
      error: expect.stringMatching(/asked of Test, and other, which is loaded, has other weights/),
    });
    stores.model.setState({ status: 'ready', model: tinyModel });
    void page.resume();
    await settle();
    expect(state()).toMatchObject({ status: 'running', error: undefined });
  });

  it('says why it failed, and can be resumed; a start that was not kept is sent again', async () => {
    const { page, state, asks } = setUp();
    page.chooseSet(tinyQuestions);
    void page.start();
    await settle();
    asks()[0]!.fail(new EngineError('storage-full', 'No room.'));
    await settle();
    expect(state()).toMatchObject({ status: 'failed', error: 'No room.' });
    void page.resume();
    await settle();
    expect((asks()[1]!.input as IdentifyIn).start?.set.questions).toHaveLength(9);
  });

  it('says that nothing is stored where the storage was cleared, and cannot be gone on with', async () => {
    const { page, state, asks, answerOne, start } = setUp();
    await start();
    answerOne(recordAt(0));
    asks()[0]!.fail(new EngineError('storage-lost', 'It was cleared.'));
    await settle();
    expect(state()).toMatchObject({ status: 'lost', error: 'It was cleared.' });
    await page.resume();
    expect(asks()).toHaveLength(1);
    page.cancel();
    expect(state()).toMatchObject({ status: 'idle', run: undefined });
  });

  it('is closed by a cancel and stays in the list', async () => {
    const { page, state, asks, answerOne, start } = setUp();
    await start();
    answerOne(recordAt(0));
    page.cancel();
    await settle();
    expect(asks()[0]!.aborted()).toBe(true);
    expect(state()).toMatchObject({ status: 'idle', run: undefined, progress: undefined });
    expect(state().runs).toHaveLength(1);
    expect(page.records.list()).toEqual([]);
    answerOne(recordAt(1));
    expect(page.records.list()).toEqual([]);
  });
});

describe('a kept run', () => {
  it('is opened with its records and corrections, and corrected', async () => {
    const { page, state, kept, study } = setUp();
    kept.push(recordAt(0, 0), recordAt(1));
    await page.selectRun('kept');
    expect(state()).toMatchObject({ run: 'kept', status: 'paused', progress: { done: 2, total: 9 } });
    expect(page.records.list()).toHaveLength(2);
    expect([...state().corrections]).toEqual([[0, 'wrong']]);
    await page.correct(1, 'left-out');
    await page.correct(0, undefined);
    expect([...state().corrections]).toEqual([[1, 'left-out']]);
    expect(study.asked('correct').map(({ input }) => input)).toEqual([
      { run: 'kept', index: 1, label: 'left-out' },
      { run: 'kept', index: 0, label: undefined },
    ]);
    await page.correct(8, 'wrong');
    expect([...state().corrections]).toEqual([[1, 'left-out']]);
    expect(state().error).toBe('No room.');
    await page.remove('kept');
    expect(state()).toMatchObject({ run: undefined, status: 'idle' });
  });

  it('is learnt from; later corrections make the result outdated', async () => {
    const { page, state, kept, study } = setUp();
    kept.push(recordAt(0, 0));
    await page.selectRun('kept');
    const first = page.learn(settings);
    const progress = { stage: 'Fitting', done: 1, total: 2, unit: 'items' };
    study.asked('learn')[0]!.emit(progress);
    expect(state().learning).toMatchObject({ status: 'running', progress });
    const finding = { C: 1 } as Finding;
    study.asked('learn')[0]!.finish(finding);
    await first;
    expect(state().learning).toEqual({ status: 'done', result: finding, outdated: false });
    await page.correct(0, undefined);
    expect(state().learning).toMatchObject({ status: 'done', result: finding, outdated: true });

    const second = page.learn(settings);
    page.cancelLearn();
    await second;
    expect(state().learning).toMatchObject({ status: 'done', result: finding, outdated: true });
    const third = page.learn(settings);
    study.asked('learn')[2]!.fail(new EngineError('bad-input', 'Too few answers.'));
    await third;
    expect(state().learning).toMatchObject({ status: 'failed', error: 'Too few answers.', result: finding });
  });

  it('tells React in frames', async () => {
    const flushes: (() => void)[] = [];
    const { engine, study, stores } = setUp();
    const page = createIdentification({
      engine: engine.client,
      study: study.client,
      stores,
      schedule: (flush) => flushes.push(flush),
    });
    const listener = vi.fn();
    page.records.subscribe(listener);
    await page.selectRun('kept');
    expect(listener).not.toHaveBeenCalled();
    for (const flush of flushes.splice(0)) flush();
    expect(listener).toHaveBeenCalledTimes(1);
  });
});
