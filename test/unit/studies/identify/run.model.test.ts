import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readSequence } from '../../../../src/inference/teacher-force.ts';
import { halfToFloat } from '../../../../src/lib/bytes/half.ts';
import { EngineError } from '../../../../src/lib/errors.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import type { LanguageModel } from '../../../../src/model/types.ts';
import { modelQuestioner, type RunSettings } from '../../../../src/studies/identify/ask.ts';
import { FEATURE_VECTORS, readFeatures } from '../../../../src/studies/identify/features.ts';
import type { QuestionRecord, RunStore, Shard } from '../../../../src/studies/identify/records.ts';
import { runIdentification } from '../../../../src/studies/identify/run.ts';
import { SAMPLE_DEFAULTS } from '../../../../src/studies/identify/sample.ts';
import { runMerge } from '../../../../src/studies/identify/terminal/merge.ts';
import { folderStore, withRun } from '../../../../src/studies/identify/terminal/run-folder.ts';
import { largestDifference } from '../../../support/differences.ts';
import { counted, type Opened, openTiny } from '../../../support/models.ts';
import { makeTinyQuestions } from '../../../support/study-runs.ts';

const WHOLE: Shard = { index: 0, count: 1 };
const settings: RunSettings = { ...SAMPLE_DEFAULTS, samples: 4, agree: 3, maxTokens: 6, instruction: '' };

const set = makeTinyQuestions(11, (i) => i % 3 === 0);

let opened: Opened;
const folders: string[] = [];

beforeAll(async () => {
  opened = await openTiny(nativeRuntime(1));
});
afterAll(() => opened.model.session.release());
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'identify-'));
  folders.push(folder);
  return join(folder, 'run');
}

const files = (folder: string) =>
  ['run.json', 'records.jsonl', 'features.f16'].map((name) => readFileSync(join(folder, name)));

interface Changes {
  readonly shard?: Shard;
  readonly settings?: RunSettings;
  readonly signal?: AbortSignal;
  readonly onRecord?: (record: QuestionRecord) => void;
  readonly giveWay?: () => Promise<void>;
  readonly store?: RunStore;
}

async function run(folder: string, changes: Changes = {}) {
  const { model, io, runs } = counted(opened);
  const store = folderStore(folder);
  const asker = { model, io, prompt: (text: string) => model.codec.encode(text, { addBos: true }) };
  try {
    const { settings: chosen = settings, giveWay } = changes;
    const questioner = modelQuestioner(asker, chosen, { alone: giveWay !== undefined });
    const progress = await runIdentification(questioner, set, {
      settings: chosen,
      shard: changes.shard ?? WHOLE,
      store: changes.store ?? store,
      signal: changes.signal,
      giveWay,
      onProgress: ({ latest }) => latest && changes.onRecord?.(latest),
    });
    return { progress, runs: runs() };
  } finally {
    await store.close();
  }
}

describe('a run', () => {
  it('stores every question, with features where the replies agree', async () => {
    const folder = newFolder();
    const { progress } = await run(folder);
    expect(progress).toMatchObject({ done: 11, total: 11 });
    await withRun(folder, async ({ records, features }) => {
      expect(records.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect(records[4]).toMatchObject({ status: 'skipped', replies: [] });
      expect(records[4]?.reason).toMatch(/at most/);
      const agreeing = records.filter(({ status }) => status === 'right' || status === 'wrong');
      expect(agreeing.length).toBeGreaterThan(2);
      expect(agreeing.map(({ row }) => row)).toEqual(agreeing.map((_, i) => i));
      for (const { row, replies, representative, answer } of agreeing) {
        expect(replies).toHaveLength(4);
        expect(answer?.tokens.every((i) => i < (replies[representative!]?.ids.length ?? 0))).toBe(true);
        const values = halfToFloat(await features(row!));
        expect(values).toHaveLength(FEATURE_VECTORS.length * opened.model.layout.total);
        expect(values.every(Number.isFinite)).toBe(true);
        expect(values.some((value) => value > 0)).toBe(true);
      }
    });
  });

  it('asks with other seeds at another seed, and with the same ones whatever the order', async () => {
    const texts = async (changes: Changes) => {
      const found: Record<string, string[]> = {};
      await run(newFolder(), {
        ...changes,
        onRecord: ({ question, replies }) => {
          found[question.id] = replies.map(({ text }) => text);
        },
      });
      return found;
    };
    const all = await texts({});
    expect(new Set(all.q1).size).toBeGreaterThan(1);
    expect(await texts({ shard: { index: 1, count: 3 } })).toEqual({
      q1: all.q1,
      q4: all.q4,
      q7: all.q7,
      q10: all.q10,
    });
    expect((await texts({ settings: { ...settings, seed: 2 } })).q1).not.toEqual(all.q1);
  });

  it('that fails says why, not that the questions beside it were stopped', async () => {
    const folder = newFolder();
    const { model, io } = opened;
    const prompt = (text: string) => model.codec.encode(text, { addBos: true });
    const third = BigInt64Array.from(prompt('q 2'), BigInt);
    const session: LanguageModel['session'] = {
      ...model.session,
      async run(feeds, ...rest) {
        // By then the questions before it are in work.
        if (String(feeds[io.tokens]?.data) === String(third))
          throw new EngineError('device-lost', 'The device is gone.');
        return model.session.run(feeds, ...rest);
      },
    };
    const store = folderStore(folder);
    const asker = { model: { ...model, session }, io, prompt };
    const failed = runIdentification(modelQuestioner(asker, settings), set, {
      settings,
      shard: WHOLE,
      store,
    });
    await expect(failed).rejects.toMatchObject({ code: 'device-lost', message: 'The device is gone.' });
    await store.close();
  });

  it.each([
    ['samples', { samples: 17 }],
    ['what must agree', { agree: 2 }],
    ['the temperature', { temperature: -1 }],
    ['the tokens', { maxTokens: 0 }],
  ])('refuses %s that no run can have, before it starts', async (_what, change) => {
    const asked = run(newFolder(), { settings: { ...settings, ...change } });
    await expect(asked).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('an interrupted run', () => {
  it('is the undisturbed run once it was resumed, wherever the process was killed', async () => {
    const whole = newFolder();
    await run(whole);
    const [, records] = files(whole);
    const secondLine = records!.indexOf(10, records!.indexOf(10) + 1);
    // Inside a line, behind one, and before any.
    for (const cut of [secondLine - 7, secondLine, secondLine + 1, 3, 0]) {
      const folder = newFolder();
      await run(folder);
      truncateSync(join(folder, 'records.jsonl'), cut);
      await run(folder);
      expect(files(folder)).toEqual(files(whole));
    }
  });

  it('drops features that no record names, and records whose features are cut', async () => {
    const whole = newFolder();
    await run(whole);
    const ragged = newFolder();
    await run(ragged);
    appendFileSync(join(ragged, 'features.f16'), new Uint8Array(777));
    truncateSync(join(ragged, 'records.jsonl'), files(whole)[1]!.length - 20);
    await run(ragged);
    expect(files(ragged)).toEqual(files(whole));
    const short = newFolder();
    await run(short);
    truncateSync(join(short, 'features.f16'), 100);
    await run(short);
    expect(files(short)).toEqual(files(whole));
  });

  it('goes on after a cancel without doing anything twice', async () => {
    const whole = newFolder();
    const undisturbed = await run(whole);
    const folder = newFolder();
    const stop = new AbortController();
    const cancelled = run(folder, {
      signal: stop.signal,
      onRecord: ({ index }) => index === 5 && stop.abort(),
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    const rest = await run(folder);
    expect(files(folder)).toEqual(files(whole));
    expect(rest.progress).toMatchObject({ done: 11, counts: undisturbed.progress.counts });
    expect(rest.runs).toBeLessThan(undisturbed.runs);
    expect((await run(folder)).runs).toBe(0);
  });

  it('gives way to nobody once it was cancelled', async () => {
    const stop = new AbortController();
    let ways = 0;
    const cancelled = run(newFolder(), {
      signal: stop.signal,
      onRecord: ({ index }) => index === 1 && stop.abort(),
      giveWay: async () => {
        ways++;
      },
    });
    await expect(cancelled).rejects.toMatchObject({ code: 'cancelled' });
    expect(ways).toBe(2);
  });

  it('is not resumed with other settings', async () => {
    const folder = newFolder();
    await run(folder);
    const other = run(folder, { settings: { ...settings, seed: 2 } });
    await expect(other).rejects.toThrow(/other settings/);
    const shard = run(folder, { shard: { index: 0, count: 2 } });
    await expect(shard).rejects.toThrow(/another shard/);
  });
});

describe('shards', () => {
  it('merge into exactly the run over all questions, in whatever order they are named', async () => {
    const whole = newFolder();
    await run(whole);
    const parts = await Promise.all(
      [2, 0, 1].map(async (index) => {
        const folder = newFolder();
        await run(folder, { shard: { index, count: 3 } });
        return folder;
      }),
    );
    const out = newFolder();
    expect(await runMerge(parts, { out })).toEqual({
      runs: 3,
      questions: 11,
      of: 11,
      missing: [],
      notes: [],
      written: true,
    });
    expect(files(out)).toEqual(files(whole));
  });

  it('say what is missing, and refuse what does not belong together', async () => {
    const first = newFolder();
    await run(first, { shard: { index: 0, count: 3 } });
    expect(await runMerge([first], { out: newFolder() })).toMatchObject({ questions: 4, missing: [1, 2] });
    await expect(runMerge([first, first], { out: newFolder() })).rejects.toThrow(/same shard/);
    const other = newFolder();
    await run(other, { shard: { index: 1, count: 3 }, settings: { ...settings, seed: 3 } });
    await expect(runMerge([first, other], { out: newFolder() })).rejects.toThrow(/other settings/);
    await expect(runMerge([newFolder()], { out: newFolder() })).rejects.toThrow(/holds no run/);
  });
});

describe('features', () => {
  const promptIds = [1, 40, 41, 42];
  const replyIds = [50, 51, 52, 53];

  it('are mean and maximum of CETT at the positions that read and that produce the answer', async () => {
    const { model } = opened;
    const cett: Float32Array[] = [];
    await readSequence(
      model,
      {
        promptIds,
        answerIds: replyIds,
        lanes: [{ neurons: [], scope: 'everywhere' }],
        capture: [0, 1, 2, 3, 4, 5, 6, 7],
        logits: [7],
      },
      { neurons: (_lane, _position, reading) => cett.push(reading.cett) },
    );
    const features = await readFeatures(model, { promptIds, replyIds, tokens: [0, 2] });
    const expected = {
      'answer-read-mean': (j: number) => (cett[4]![j]! + cett[6]![j]!) / 2,
      'answer-read-max': (j: number) => Math.max(cett[4]![j]!, cett[6]![j]!),
      'answer-produced-mean': (j: number) => (cett[3]![j]! + cett[5]![j]!) / 2,
      'answer-produced-max': (j: number) => Math.max(cett[3]![j]!, cett[5]![j]!),
      'rest-read-mean': (j: number) => (cett[5]![j]! + cett[7]![j]!) / 2,
      'prompt-read-mean': (j: number) => (cett[1]![j]! + cett[2]![j]! + cett[3]![j]!) / 3,
    };
    for (const name of FEATURE_VECTORS) {
      const values = Float32Array.from({ length: model.layout.total }, (_, j) => expected[name](j));
      expect(largestDifference(features[name], values), name).toBeLessThan(1e-6);
    }
  });

  it('refuse an answer without tokens rather than keep another one', async () => {
    const { model } = opened;
    const read = (tokens: number[]) => readFeatures(model, { promptIds, replyIds, tokens });
    await expect(read([])).rejects.toMatchObject({ code: 'bad-input' });
    await expect(read([4])).rejects.toMatchObject({ code: 'bad-input' });
  });
});
