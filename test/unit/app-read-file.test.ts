import { describe, expect, it } from 'vitest';
import { readInWorker } from '../../app/state/read-file.ts';
import type { PortOf } from '../../src/protocol/client.ts';
import type { TableCalls } from '../../src/protocol/table-messages.ts';

/** A worker that never answers. */
function silentPort() {
  let ended = 0;
  const port: PortOf<TableCalls> = {
    postMessage() {},
    addEventListener() {},
    terminate() {
      ended += 1;
    },
  };
  return { makePort: () => port, ended: () => ended };
}

const file = new File(['question,answer\n'], 'slow\n.csv');

describe('a file whose reading never ends', () => {
  it('is left once its time is over, with one sentence', async () => {
    const { makePort, ended } = silentPort();
    await expect(readInWorker('open', { file }, {}, makePort, 1000)).rejects.toThrow(
      'Reading slow␊.csv took longer than 1 second and was stopped; split the file, or check what is in it.',
    );
    expect(ended()).toBeGreaterThan(0);
  });

  it('is left when a person has had enough', async () => {
    const { makePort, ended } = silentPort();
    const abort = new AbortController();
    const reading = readInWorker('open', { file }, { signal: abort.signal }, makePort);
    abort.abort();
    await expect(reading).rejects.toThrow();
    expect(ended()).toBeGreaterThan(0);
  });
});
