import { describe, expect, it } from 'vitest';
import { readInWorker } from '../../app/state/read-file.ts';
import type { PortOf } from '../../src/protocol/client.ts';
import { serve } from '../../src/protocol/server.ts';
import type { TableCalls } from '../../src/protocol/table-messages.ts';
import { tables } from '../../src/study/tables.ts';

/** A worker's port whose messages are answered beside the test; `silent` answers nothing. */
function port(silent = false) {
  const listeners: ((event: MessageEvent) => void)[] = [];
  let ended = 0;
  const take = serve(
    tables,
    (data) => {
      for (const listener of listeners) listener({ data } as MessageEvent);
    },
    {},
  );
  const made: PortOf<TableCalls> = {
    postMessage: (message) => void (silent || take(message)),
    addEventListener(type: string, listener: unknown) {
      if (type === 'message') listeners.push(listener as (event: MessageEvent) => void);
    },
    terminate: () => ended++,
  };
  return { make: () => made, ended: () => ended };
}

const file = (text: string, name: string) => new File([text], name);

describe('a file that is read in a worker', () => {
  it('is opened and made a set of, and the worker is ended each time', async () => {
    const worker = port();
    const options = { signal: new AbortController().signal, onProgress: () => {} };
    const csv = file('question,answer\nWho is it?,Ann\n', 'a.csv');
    const head = await readInWorker('open', { file: csv }, options, worker.make);
    expect(head).toMatchObject({ name: 'a.csv', format: 'csv' });
    expect(structuredClone(head)).toEqual(head);
    const about = { name: 'a', source: { name: 'a.csv', licence: 'MIT' } };
    const mapping = { question: 'question', answers: 'answer' };
    const { set } = await readInWorker('questions', { file: csv, mapping, about }, options, worker.make);
    expect(set.questions[0].answers).toEqual(['Ann']);
    expect(worker.ended()).toBe(2);
  });

  it('says what is wrong with it', async () => {
    const worker = port();
    const options = { signal: new AbortController().signal, onProgress: () => {} };
    const reading = readInWorker('suite', { file: file('', 'empty.csv') }, options, worker.make);
    await expect(reading).rejects.toThrow(/^empty\.csv is empty/);
    expect(worker.ended()).toBe(1);
  });

  it('is no longer read once that is stopped, whatever the worker does', async () => {
    const worker = port(true);
    const stop = new AbortController();
    const options = { signal: stop.signal, onProgress: () => {} };
    const reading = readInWorker('open', { file: file('a,b\n', 'a.csv') }, options, worker.make);
    stop.abort();
    await expect(reading).rejects.toMatchObject({ code: 'cancelled' });
    expect(worker.ended()).toBeGreaterThan(0);
  });

  it('is left once its time is over, with one sentence', async () => {
    const worker = port(true);
    const reading = readInWorker('open', { file: file('a,b\n', 'slow\n.csv') }, {}, worker.make, 1000);
    await expect(reading).rejects.toThrow(
      'Reading slow␊.csv took longer than 1 second and was stopped; split the file, or check what is in it.',
    );
    expect(worker.ended()).toBeGreaterThan(0);
  });
});
