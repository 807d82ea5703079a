import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeInput } from './files.ts';
import { diceOf } from './mutate/dice.ts';
import { type Job, Lane, type Numbered } from './pool.ts';
import { readerOf } from './readers.ts';
import type { Reading } from './types.ts';

/** Inputs that a process takes at a time. */
const BATCH = 50;

export interface Finding {
  readonly reader: string;
  readonly index: number;
  readonly fault: NonNullable<Reading['fault']>;
}

/** What became of a reader's inputs. */
export interface Summary {
  readonly reader: string;
  readonly inputs: number;
  readonly accepted: number;
  readonly refused: number;
  readonly findings: readonly Finding[];
  /** Milliseconds. */
  readonly medianTime: number;
  readonly longestTime: number;
  /** Bytes at the peak, above the start. */
  readonly memory: number;
}

export interface RunOptions {
  readonly count: number;
  readonly seed: number;
  readonly patience: number;
  readonly onProgress?: (done: number) => void;
}

/** Whether a fault may be the machine's: it is read again, alone. */
const isDoubtful = ({ kind }: NonNullable<Reading['fault']>) =>
  kind === 'time' || kind === 'memory' || kind === 'hang' || kind === 'crash';

/** Reads the input in a folder in a new process, which has not made it. */
async function readAlone(job: Job): Promise<Numbered> {
  const lane = new Lane();
  const readings: Numbered[] = [];
  try {
    await lane.run(job, (reading) => readings.push(reading));
  } finally {
    lane.renew();
  }
  return readings[0]!;
}

/** Reads an input again, alone. */
async function readAgain(name: string, index: number, { seed, patience }: RunOptions): Promise<Numbered> {
  const reader = readerOf(name);
  const folder = await mkdtemp(join(tmpdir(), 'fuzz-'));
  try {
    await writeInput(folder, reader.mutate(diceOf(name, seed, index), await reader.seeds()));
    return { ...(await readAlone({ type: 'folder', reader: name, patience, folder })), index };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads the input whose files are in a folder; again and alone where a fault may be the machine's. */
export async function replay(reader: string, folder: string, lane: Lane, patience: number): Promise<Reading> {
  const job: Job = { type: 'folder', reader, patience, folder };
  const readings: Numbered[] = [];
  await lane.run(job, (reading) => readings.push(reading));
  const [reading] = readings;
  return reading!.fault && isDoubtful(reading!.fault) ? readAlone(job) : reading!;
}

/** Lets a reader read `count` inputs, on every lane some. */
export async function fuzz(reader: string, lanes: readonly Lane[], options: RunOptions): Promise<Summary> {
  const { count, seed, patience, onProgress } = options;
  const readings: Numbered[] = [];
  let next = 0;
  const work = async (lane: Lane) => {
    while (next < count) {
      const first = next;
      next = Math.min(count, first + BATCH);
      await lane.run({ type: 'inputs', reader, patience, seed, first, end: next }, (reading) => {
        readings.push(reading);
        onProgress?.(readings.length);
      });
    }
  };
  await Promise.all(lanes.map(work));
  const checked: Numbered[] = [];
  for (const reading of readings)
    checked.push(
      reading.fault && isDoubtful(reading.fault) ? await readAgain(reader, reading.index, options) : reading,
    );
  const times = checked.map(({ time }) => time).sort((a, b) => a - b);
  const sum = (outcome: Reading['outcome']) => checked.filter((each) => each.outcome === outcome).length;
  return {
    reader,
    inputs: checked.length,
    accepted: sum('accepted'),
    refused: sum('refused'),
    findings: checked
      .sort((a, b) => a.index - b.index)
      .flatMap(({ index, fault }) => (fault ? [{ reader, index, fault }] : [])),
    medianTime: times[times.length >> 1] ?? 0,
    longestTime: times.at(-1) ?? 0,
    memory: Math.max(0, ...checked.map(({ memory }) => memory)),
  };
}
