import { moduleBeside, openPool } from '../../../node/process-pool.ts';
import type { Sweeper } from '../sweeper.ts';
import type { SweepInput, SweepingCalls } from './sweeping-calls.ts';

/** A sweeper that several processes stand behind. */
export interface ProcessSweeper extends Sweeper {
  /** Their ids in the operating system. */
  readonly processes: readonly number[];
  readonly notes: readonly string[];
  close(): void;
}

/** Items that wait at a process while it works on one. */
const WAITING = 1;

/** Opens a model in processes that items are put to, as `openPool` does. */
export async function openSweepers(input: SweepInput, count: number): Promise<ProcessSweeper> {
  const pool = await openPool<SweepingCalls>(moduleBeside(import.meta.url, 'sweeping-process'), input, count);
  const { model, plan, notes } = pool.first;
  return {
    model,
    plan,
    notes,
    ahead: (1 + WAITING) * pool.processes.length,
    processes: pool.processes,
    make: (job, signal) => pool.call('make', job, { signal }),
    close: pool.close,
  };
}
