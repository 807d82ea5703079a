import { type ChildProcess, fork } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { longestWait } from './budget.ts';
import type { Reading } from './types.ts';

/** What a process is to read: inputs by their numbers, or the one in a folder. */
export type Job = { readonly reader: string; readonly patience: number } & (
  | { readonly type: 'inputs'; readonly seed: number; readonly first: number; readonly end: number }
  | { readonly type: 'folder'; readonly folder: string }
);

export type Report =
  /** The seeds were read; from here on time counts. */
  | { readonly type: 'ready' }
  /** An input of so many bytes is made, and is read now. */
  | { readonly type: 'begun'; readonly size: number }
  | ({ readonly type: 'read'; readonly index: number } & Reading)
  | { readonly type: 'done'; readonly worn: boolean };

/** A reading and the number of its input. */
export type Numbered = Reading & { readonly index: number };

/** Exit code of a process that failed outside of a reader. */
export const OWN_FAULT = 70;

/** Megabytes of a process's heap. */
const HEAP = 512;
/** Bytes of memory at which a process is ended. */
const MOST_MEMORY = 1.5e9;
const LOOK_EVERY = 250;
/** Milliseconds for starting and reading the seeds. */
const START = 120_000;

function newProcess(): ChildProcess {
  return fork(fileURLToPath(new URL('./child.ts', import.meta.url)), {
    execArgv: [
      '--import',
      'tsx',
      '--expose-gc',
      `--max-old-space-size=${HEAP}`,
      '--max-semi-space-size=2',
      '--no-warnings',
    ],
    // Memory that was given back is not kept, so that it can be measured.
    env: {
      ...process.env,
      MALLOC_MMAP_THRESHOLD_: '131072',
      MALLOC_TRIM_THRESHOLD_: '131072',
      UV_THREADPOOL_SIZE: '2',
    },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
}

function memoryOf(pid: number): number {
  try {
    return 4096 * Number(readFileSync(`/proc/${pid}/statm`, 'latin1').split(' ')[1]);
  } catch {
    return 0;
  }
}

/** A process that reads one job after another and is started anew where one ended it. */
export class Lane {
  #child: ChildProcess | undefined;

  /** Whether the next job starts in a new process. */
  renew(): void {
    this.#child?.removeAllListeners();
    this.#child?.kill('SIGKILL');
    this.#child = undefined;
  }

  /** Reads inputs; one that ends the process is a finding, and what comes behind it is read by a new one. */
  async run(job: Job, onReading: (reading: Numbered) => void): Promise<void> {
    let next = job.type === 'inputs' ? job.first : 0;
    const end = job.type === 'inputs' ? job.end : 1;
    while (next < end) {
      const rest: Job = job.type === 'inputs' ? { ...job, first: next } : job;
      const fault = await this.#attempt(rest, (reading) => {
        next = reading.index + 1;
        onReading(reading);
      });
      if (fault === undefined) return;
      this.renew();
      onReading({ index: next, outcome: 'finding', fault, time: 0, memory: 0, size: 0 });
      next++;
    }
  }

  /** One process's part of a job; resolves to what ended it early. */
  #attempt(job: Job, onReading: (reading: Numbered) => void): Promise<Reading['fault']> {
    this.#child ??= newProcess();
    const child = this.#child;
    let errors = '';
    return new Promise((resolve, reject) => {
      let deadline = Date.now() + START;
      let ready = false;
      const finish = (fault?: Reading['fault']) => {
        clearInterval(watch);
        child.removeAllListeners();
        child.stderr?.removeAllListeners();
        if (fault && (!ready || child.exitCode === OWN_FAULT))
          reject(new Error(`The fuzzer of ${job.reader} failed: ${fault.detail} ${errors}`));
        else resolve(fault);
      };
      const watch = setInterval(() => {
        if (child.pid !== undefined && memoryOf(child.pid) > MOST_MEMORY)
          finish({ kind: 'memory', detail: `over ${MOST_MEMORY / 1e9} GB` });
        else if (Date.now() > deadline) finish({ kind: 'hang', detail: 'without end' });
      }, LOOK_EVERY);
      child.stderr?.on('data', (data: Buffer) => {
        errors = (errors + data.toString()).slice(-2000);
      });
      child.on('message', (report: Report) => {
        deadline = Date.now() + longestWait(report.type === 'begun' ? report.size : 0, job.patience);
        if (report.type === 'ready') ready = true;
        else if (report.type === 'read') onReading(report);
        else if (report.type === 'done') {
          finish();
          if (report.worn) this.renew();
        }
      });
      child.on('error', reject);
      child.on('exit', (code, signal) => {
        const detail = /heap out of memory/.test(errors) ? 'heap out of memory' : `code ${code ?? signal}`;
        finish({ kind: detail === 'heap out of memory' ? 'memory' : 'crash', detail });
      });
      child.send(job);
    });
  }
}
