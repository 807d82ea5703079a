import 'fake-indexeddb/auto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deleteDB } from 'idb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { nodeWasmRuntime } from '../../../../src/model/runtime/wasm-node.ts';
import { modelQuestioner, type RunSettings } from '../../../../src/studies/identify/ask.ts';
import { browserStore } from '../../../../src/studies/identify/browser-store.ts';
import { extendRun } from '../../../../src/studies/identify/extend-run.ts';
import type { RunStore } from '../../../../src/studies/identify/records.ts';
import { type RunProgress, runIdentification } from '../../../../src/studies/identify/run.ts';
import {
  listRuns,
  openRunDatabase,
  type RunDatabase,
  readRun,
  readSound,
  removeRun,
} from '../../../../src/studies/identify/run-database.ts';
import { exportRun, importRun } from '../../../../src/studies/identify/run-files.ts';
import { SAMPLE_DEFAULTS } from '../../../../src/studies/identify/sample.ts';
import { folderStore, withRun } from '../../../../src/studies/identify/terminal/run-folder.ts';
import { type Opened, openTiny } from '../../../support/models.ts';
import { tinyQuestions } from '../../../support/study-runs.ts';

const settings: RunSettings = { ...SAMPLE_DEFAULTS, samples: 4, agree: 3, maxTokens: 6, instruction: '' };

let opened: Opened;
let db: RunDatabase;
const folders: string[] = [];

beforeAll(async () => {
  opened = await openTiny(nodeWasmRuntime(1));
});
afterAll(() => opened.model.session.release());
beforeEach(async () => {
  db = await openRunDatabase();
});
afterEach(async () => {
  vi.restoreAllMocks();
  for (const { run } of await listRuns(db)) await removeRun(db, run);
  db.close();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'study-'));
  folders.push(folder);
  return folder;
}

function identify(
  store: RunStore,
  options: { readonly signal?: AbortSignal; readonly onProgress?: (progress: RunProgress) => void } = {},
  questions = tinyQuestions,
) {
  const { model, io } = opened;
  const asker = { model, io, prompt: (text: string) => model.codec.encode(text, { addBos: true }) };
  return runIdentification(modelQuestioner(asker, settings), questions, {
    settings,
    shard: { index: 0, count: 1 },
    store,
    ...options,
  });
}

/** Everything that is kept of a run. */
async function contents(run: string) {
  const { entry, records, features } = await readRun(db, run);
  const { changed: _, run: __, ...rest } = entry;
  const rows = records.flatMap(({ row }) => (row === undefined ? [] : [row]));
  return { ...rest, records, features: await Promise.all(rows.map(features)) };
}

const exported = async (run: string) =>
  Promise.all(
    (await exportRun(db, run)).map(async ({ name, blob }) => [name, Buffer.from(await blob.arrayBuffer())]),
  );

describe('a run that is asked more', () => {
  it('is in the end as if all had been asked at once', async () => {
    await identify(browserStore(db, 'whole', tinyQuestions));
    const { header, questions } = tinyQuestions;
    const first = { header, questions: questions.slice(0, 4) };
    await identify(browserStore(db, 'grown', first), {}, first);
    await extendRun(db, 'grown', questions);
    const kept = (await db.get('sets', 'grown'))!.set;
    expect(kept.questions).toEqual(questions);
    expect(await identify(browserStore(db, 'grown', kept), {}, kept)).toMatchObject({ done: 9, total: 9 });
    expect(await contents('grown')).toEqual(await contents('whole'));
  });

  it('is refused in a sentence where its questions are not kept', async () => {
    await identify(browserStore(db, 'imported'));
    await expect(extendRun(db, 'imported', tinyQuestions.questions)).rejects.toThrow(
      /^The questions of this run are not kept whole in this browser/,
    );
    expect((await contents('imported')).done).toBe(9);
  });
});

describe('a run in the browser’s store', () => {
  it('is what the terminal’s run is, byte by byte', async () => {
    await identify(browserStore(db, 'a'));
    const folder = join(newFolder(), 'run');
    const store = folderStore(folder);
    await identify(store);
    await store.close();
    const names = ['run.json', 'records.jsonl', 'features.f16'];
    expect(await exported('a')).toEqual(names.map((name) => [name, readFileSync(join(folder, name))]));
    expect(await listRuns(db)).toMatchObject([{ run: 'a', done: 9, total: 9, counts: { skipped: 1 } }]);
  });

  it('is the undisturbed run once it was resumed, wherever it was stopped', async () => {
    await identify(browserStore(db, 'whole'));
    const whole = await contents('whole');
    expect(whole.rows).toBeGreaterThan(2);
    for (const at of [0, 1, 3, 5, 8]) {
      const run = `stopped ${at}`;
      const stop = new AbortController();
      const stopped = identify(browserStore(db, run), {
        signal: stop.signal,
        onProgress: ({ done }) => done === at && stop.abort(),
      });
      await expect(stopped).rejects.toMatchObject({ code: 'cancelled' });
      expect((await contents(run)).done).toBe(at);
      expect(await identify(browserStore(db, run))).toMatchObject({ done: 9, total: 9 });
      expect(await contents(run)).toEqual(whole);
    }
  });

  it('keeps record and features together or neither, and tells how much room is lacking', async () => {
    await identify(browserStore(db, 'whole'));
    const add = IDBObjectStore.prototype.add;
    let room = 3;
    vi.spyOn(IDBObjectStore.prototype, 'add').mockImplementation(function (this: IDBObjectStore, ...args) {
      if (this.name === 'features' && room-- === 0)
        throw new DOMException('The quota has been exceeded.', 'QuotaExceededError');
      return add.apply(this, args);
    });
    const full = identify(browserStore(db, 'full'));
    await expect(full).rejects.toMatchObject({
      code: 'storage-full',
      message: expect.stringMatching(/no more room .* about \d+ MB more are needed/),
    });
    const kept = await contents('full');
    expect(kept.features).toHaveLength(3);
    expect(kept.records.filter(({ row }) => row !== undefined)).toHaveLength(3);
    expect(kept.done).toBe(kept.records.length);
    vi.restoreAllMocks();
    await identify(browserStore(db, 'full'));
    expect(await contents('full')).toEqual(await contents('whole'));
  });

  it('goes on with what is complete where features were lost', async () => {
    await identify(browserStore(db, 'whole'));
    await identify(browserStore(db, 'torn'));
    await db.delete('features', ['torn', (await contents('torn')).rows - 1]);
    await identify(browserStore(db, 'torn'));
    expect(await contents('torn')).toEqual(await contents('whole'));
  });

  it('is not written by two tabs, nor after it was deleted', async () => {
    const stop = new AbortController();
    const part = identify(browserStore(db, 'a'), {
      signal: stop.signal,
      onProgress: ({ done }) => done === 2 && stop.abort(),
    });
    await expect(part).rejects.toMatchObject({ code: 'cancelled' });
    const [first, second] = [browserStore(db, 'a'), browserStore(db, 'a')];
    const { records } = (await first.load())!;
    await second.load();
    const next = { ...records[1]!, index: 2, row: undefined };
    await first.append(next, undefined);
    await expect(second.append(next, undefined)).rejects.toThrow(/another tab/);
    await removeRun(db, 'a');
    await expect(first.append({ ...next, index: 3 }, undefined)).rejects.toThrow(/deleted/);
    expect(await db.count('records')).toBe(0);
  });
});

describe('storage that is cleared or altered', () => {
  const stopAt = (count: number, action: () => unknown) => {
    const store = browserStore(db, 'a');
    let done = 0;
    return identify({
      ...store,
      async append(record, features) {
        await store.append(record, features);
        if (++done === count) await action();
      },
    });
  };

  it('while a run goes on: it says that nothing is stored any more', async () => {
    const lost = stopAt(3, () => deleteDB('h-neuron-runs'));
    await expect(lost).rejects.toMatchObject({
      code: 'storage-lost',
      message: expect.stringMatching(
        /was cleared while the run went on: nothing of the run is stored any more/,
      ),
    });
    db = await openRunDatabase();
    expect(await listRuns(db)).toEqual([]);
    await expect(readRun(db, 'a')).rejects.toMatchObject({ code: 'storage-lost' });
  });

  it('says that all is stored where only the connection was closed', async () => {
    await expect(stopAt(3, () => db.close())).rejects.toThrow(/What is done is stored; press Resume/);
    db = await openRunDatabase();
    expect(await identify(browserStore(db, 'a'))).toMatchObject({ done: 9 });
  });

  it('is noticed by checksums of records and activations, which are named', async () => {
    await identify(browserStore(db, 'a'));
    const { records } = await readRun(db, 'a');
    const rows = records.filter(({ row }) => row !== undefined);
    const bits = (await db.get('features', ['a', 1]))!;
    bits[5]! ^= 1;
    await db.put('features', bits, ['a', 1]);
    const read = await readSound(db, 'a');
    await read.features(0);
    await expect(read.features(1)).rejects.toThrow(
      `The activations of question "${rows[1]!.question.id}" were altered`,
    );
    await expect(exportRun(db, 'a')).rejects.toThrow(/were altered/);
    bits[5]! ^= 1;
    await db.put('features', bits, ['a', 1]);
    const whole = await contents('a');
    await db.put('records', { ...records[3]!, status: 'mixed', run: 'a' });
    const damaged = await readRun(db, 'a');
    expect(damaged.records).toHaveLength(3);
    expect(damaged.notes).toEqual([
      expect.stringMatching(/Record 4 of this run was altered: .*Press Resume/),
    ]);
    await expect(readSound(db, 'a')).rejects.toThrow(/Record 4 of this run was altered/);
    await identify(browserStore(db, 'a'));
    expect(await contents('a')).toEqual(whole);
  });
});

describe('files of a run', () => {
  const filesOf = async (run: string) =>
    (await exportRun(db, run)).map(({ name, blob }) => new File([blob], name));

  it('come back as they went, with corrections', async () => {
    await identify(browserStore(db, 'a'));
    await db.put('corrections', { run: 'a', index: 1, label: 'wrong' });
    await db.put('corrections', { run: 'a', index: 0, label: 'left-out' });
    const summary = await importRun(db, 'b', await filesOf('a'));
    expect(summary).toMatchObject({ run: 'b', done: 9 });
    expect(await contents('b')).toEqual(await contents('a'));
    expect((await readRun(db, 'b')).corrections).toEqual([
      { index: 0, label: 'left-out' },
      { index: 1, label: 'wrong' },
    ]);
    const folder = newFolder();
    for (const [name, bytes] of await exported('b')) writeFileSync(join(folder, String(name)), bytes!);
    await withRun(folder, async (run) => {
      expect(run.corrections).toEqual((await readRun(db, 'b')).corrections);
      expect(run.records).toEqual((await readRun(db, 'b')).records);
    });
  });

  it('that are cut are kept as far as they are complete', async () => {
    await identify(browserStore(db, 'a'));
    const files = await filesOf('a');
    const cut = files.map((file) =>
      file.name === 'records.jsonl' ? new File([file.slice(0, file.size - 5)], file.name) : file,
    );
    expect(await importRun(db, 'b', cut)).toMatchObject({
      done: 8,
      notes: [expect.stringMatching(/last line of records\.jsonl is cut short and left out/)],
    });
  });

  it('that are damaged are refused with what is wrong, and nothing is kept', async () => {
    await identify(browserStore(db, 'a'));
    const files = await filesOf('a');
    const withText = async (name: string, change: (text: string) => string) => {
      const file = files.find((each) => each.name === name)!;
      return [...files.filter((each) => each !== file), new File([change(await file.text())], name)];
    };
    const double = await withText('records.jsonl', (text) => text + text);
    await expect(importRun(db, 'b', double)).rejects.toThrow(
      /Line 10 of records\.jsonl asks question 0 behind/,
    );
    const altered = await withText('records.jsonl', (text) => text.replace('"q 2"', '"q 3"'));
    await expect(importRun(db, 'b', altered)).rejects.toThrow(/Line 3 of records\.jsonl was altered/);
    const features = files.find(({ name }) => name === 'features.f16')!;
    const bytes = new Uint8Array(await features.arrayBuffer());
    bytes[9]! ^= 1;
    const others = files.filter((file) => file !== features);
    const flipped = [...others, new File([bytes], features.name)];
    await expect(importRun(db, 'b', flipped)).rejects.toThrow(
      /Row 0 of features\.f16 \(question "q\d"\) was altered/,
    );
    const short = [...others, new File([bytes.slice(0, -1)], features.name)];
    await expect(importRun(db, 'b', short)).rejects.toThrow(/lacks its features/);
    expect((await listRuns(db)).map(({ run }) => run)).toEqual(['a']);
  });

  it('that are no run are refused, and nothing is kept', async () => {
    await identify(browserStore(db, 'a'));
    const files = await filesOf('a');
    const without = (name: string) => files.filter((file) => file.name !== name);
    await expect(importRun(db, 'b', without('run.json'))).rejects.toThrow(/run\.json is missing/);
    await expect(importRun(db, 'b', without('records.jsonl'))).rejects.toThrow(/records\.jsonl is missing/);
    const bad = new File(['{"index": -1}\n'], 'corrections.jsonl');
    await expect(importRun(db, 'b', [...files, bad])).rejects.toThrow(/Line 1 of corrections\.jsonl/);
    const noJson = new File(['<html>'], 'run.json');
    await expect(importRun(db, 'b', [noJson, ...without('run.json')])).rejects.toMatchObject({
      code: 'bad-input',
    });
    expect((await listRuns(db)).map(({ run }) => run)).toEqual(['a']);
  });
});

describe('a browser that keeps no data', () => {
  it('says so', async () => {
    vi.spyOn(indexedDB, 'open').mockImplementation(() => {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    });
    await expect(openRunDatabase()).rejects.toMatchObject({
      code: 'storage-full',
      message: expect.stringContaining('keeps no data'),
    });
  });
});
