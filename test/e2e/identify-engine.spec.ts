import { readFileSync } from 'node:fs';
import { expect, type Page, test } from '@playwright/test';
import { parseQuestionSet } from '../../src/datasets/questions/question-set.ts';
import type { RunSettings } from '../../src/studies/identify/ask.ts';
import type { IdentifyIn } from '../../src/studies/identify/handler.ts';
import { defaultModel, load, openEnginePage, tinyModel } from '../support/engine-page.ts';
import { tinyQuestions } from '../support/study-runs.ts';

const facts = parseQuestionSet(
  readFileSync(new URL('../../public/questions/facts.jsonl', import.meta.url), 'utf8'),
);
const settings: RunSettings = {
  samples: 5,
  agree: 3,
  temperature: 1,
  topK: 50,
  topP: 0.9,
  maxTokens: 12,
  seed: 1,
  instruction: 'Respond with the answer only, without any explanation.',
};

type Start = NonNullable<IdentifyIn['start']>;

const start: Start = { set: { ...facts, questions: facts.questions.slice(0, 6) }, settings };

/** So many questions of the tiny model that it is not through with them when the next call comes. */
const many = 400;
const tinyStart: Start = {
  set: {
    ...tinyQuestions,
    questions: Array.from({ length: many }, (_, i) => ({
      ...tinyQuestions.questions[0]!,
      id: `q${i}`,
      question: `q ${i}`,
    })),
  },
  settings: { ...settings, instruction: '' },
};

/** A page without interface, with a model loaded. */
async function open(page: Page, model: string): Promise<void> {
  await openEnginePage(page);
  const { device } = await load(page, model, 'wasm');
  expect(device.kind).toBe('wasm');
}

/** Asks until so many questions are done, and leaves the run going. */
function askUntil(page: Page, run: string, start: Start, enough: number): Promise<void> {
  return page.evaluate(
    ({ run, start, enough }) =>
      new Promise<void>((resolve, reject) => {
        window.engine
          .call('identify', { run, start }, { onEvent: ({ done }) => done >= enough && resolve() })
          .catch(reject);
      }),
    { run, start, enough },
  );
}

/** Asks to the end; numbers of questions done, as they were told, and how it ended. */
function ask(page: Page, run: string, start?: Start) {
  return page.evaluate(
    async ({ run, start }) => {
      const told: number[] = [];
      const onEvent = ({ done }: { done: number }) => told.push(done);
      const outcome = await window.engine.call('identify', { run, start }, { onEvent }).then(
        ({ done }) => `${done} done`,
        ({ code, message }) => `${code}: ${message}`,
      );
      return { told, outcome };
    },
    { run, start },
  );
}

/** Names and SHA-256 of a run's files. */
function filesOf(page: Page, run: string) {
  return page.evaluate(async (run) => {
    const { files } = await window.study.call('exportRun', { run });
    const hashed = files.map(async ({ name, blob }) => {
      const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', await blob.arrayBuffer()));
      return { name, size: blob.size, hash: Array.from(bytes).join() };
    });
    return Promise.all(hashed);
  }, run);
}

test('a run whose page is reloaded in the middle goes on to what an undisturbed run gives', async ({
  page,
}) => {
  test.setTimeout(900_000);
  await open(page, defaultModel);
  await askUntil(page, 'torn', start, 2);
  await open(page, defaultModel);
  const { told, outcome } = await ask(page, 'torn');
  expect(outcome).toBe('6 done');
  expect(told[0]).toBeGreaterThanOrEqual(2);
  expect(told[0]).toBeLessThan(6);

  expect(await ask(page, 'whole', start)).toEqual({
    told: [0, 1, 2, 3, 4, 5, 6],
    outcome: '6 done',
  });
  const files = await filesOf(page, 'whole');
  expect(files.map(({ name }) => name)).toEqual(['run.json', 'records.jsonl', 'features.f16']);
  expect(files[2]!.size).toBeGreaterThan(0);
  expect(await filesOf(page, 'torn')).toEqual(files);
});

test('an answer takes the engine from a run, a dose does not, and nothing is lost', async ({ page }) => {
  await open(page, tinyModel);
  await askUntil(page, 'a', tinyStart, 1);
  const { code, dose } = await page.evaluate(async () => {
    const lanes = [
      {
        neurons: [],
        scope: 'everywhere' as const,
        sampling: { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 },
      },
    ];
    const prompt = { kind: 'ids' as const, ids: [1, 2, 3] };
    const run = window.engine.call('identify', { run: 'a' }).then(
      () => 'it ended',
      ({ code }) => code as string,
    );
    const dose = await window.engine.call('dose', { prompt, lanes, maxTokens: 2 });
    await window.engine.call('generate', { prompt, lanes, maxTokens: 2, watched: [], bins: 16 });
    return { code: await run, dose: dose.lanes.length };
  });
  expect({ code, dose }).toEqual({ code: 'cancelled', dose: 1 });
  const { told, outcome } = await ask(page, 'a');
  expect(outcome).toBe(`${many} done`);
  expect(told[0]).toBeGreaterThanOrEqual(1);
});

test('where the browser has no more room the run says how much it needs, and goes on once there is', async ({
  page,
}) => {
  await open(page, tinyModel);
  const cdp = await page.context().newCDPSession(page);
  const { origin } = new URL(page.url());
  const usage = await page.evaluate(async () => (await navigator.storage.estimate()).usage ?? 0);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin, quotaSize: usage + 400_000 });
  const full = await ask(page, 'a', tinyStart);
  expect(full.outcome).toMatch(/^storage-full: .*about \d+ MB more are needed/);
  const done = full.told.at(-1)!;
  expect(done).toBeGreaterThan(0);
  await cdp.send('Storage.overrideQuotaForOrigin', { origin });
  const rest = await ask(page, 'a');
  expect(rest.outcome).toBe(`${many} done`);
  expect(rest.told[0]).toBe(done);
});

test('a run whose storage is cleared while it goes on says that nothing of it is stored', async ({
  page,
}) => {
  await open(page, tinyModel);
  const outcome = page.evaluate(
    ({ start }) =>
      new Promise<string>((resolve) => {
        const onEvent = ({ done }: { done: number }) => {
          if (done === 2) indexedDB.deleteDatabase('h-neuron-runs');
        };
        window.engine.call('identify', { run: 'a', start }, { onEvent }).then(
          ({ done }) => resolve(`${done} done`),
          ({ code, message }) => resolve(`${code}: ${message}`),
        );
      }),
    { start: tinyStart },
  );
  expect(await outcome).toMatch(
    /^storage-lost: The browser's storage for this page was cleared while the run went on: nothing of the run is stored/,
  );
  expect(await page.evaluate(() => window.study.call('runs', {}))).toEqual({ runs: [] });
});
