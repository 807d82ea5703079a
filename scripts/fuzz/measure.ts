import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { EngineError } from '../../src/lib/errors.ts';
import { type Budget, budgetOf } from './budget.ts';
import { type FaultKind, type Input, type Reader, type Reading, sizeOf } from './types.ts';

const LONGEST_MESSAGE = 400;
/** Control characters, and those that turn the direction of writing or break lines. */
const CONTROL = /[\p{Cc}\u2028\u2029\u202A-\u202E\u2066-\u2069]/u;
/** Bytes above which the process clears up before the next input, so that each is measured from the same start. */
const CLEAR_ABOVE = 24 * 2 ** 20;

/** Whether the system tells the peak of a process's memory and forgets it on demand, as Linux does. */
const TELLS_PEAK = existsSync('/proc/self/clear_refs');

/** Bytes of memory of this process, now and at the peak since `forgetPeak`; elsewhere than on Linux the peak is unknown. */
function residentMemory(): { readonly now: number; readonly peak: number } {
  if (!TELLS_PEAK) {
    const { rss } = process.memoryUsage();
    return { now: rss, peak: rss };
  }
  const status = readFileSync('/proc/self/status', 'latin1');
  const kilobytes = (name: string) =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { now: 1024 * kilobytes('VmRSS'), peak: 1024 * kilobytes('VmHWM') };
}

function forgetPeak(): void {
  if (TELLS_PEAK) writeFileSync('/proc/self/clear_refs', '5');
}

function messageFault(message: string): string | undefined {
  const shown = JSON.stringify(message.slice(0, 120));
  if (CONTROL.test(message)) return `control characters in ${shown}`;
  if (message.length > LONGEST_MESSAGE) return `${message.length} characters: ${shown}`;
  if (!/[.?!]$/.test(message)) return `no sentence: ${shown}`;
  return undefined;
}

/** What an error is and where it came from, without what differs from input to input. */
function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `thrown ${typeof error}: ${String(error).slice(0, 80)}`;
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const own = frames.find((line) => /\/(src|app)\//.test(line) && !line.includes('/node_modules/'));
  const place =
    /\/((?:src|app)\/[^:)]+)/.exec(own ?? '')?.[1] ?? frames[0]?.trim().slice(0, 80) ?? 'no place';
  return `${error.name} in ${place}: ${error.message.slice(0, 120)}`;
}

/** Reads inputs one after another and says of each how it ended and what it took. */
export async function createMeter(reader: Reader) {
  const loose: unknown[] = [];
  const keep = (error: unknown) => void loose.push(error);
  process.on('unhandledRejection', keep);
  process.on('uncaughtException', keep);
  const seeds = await reader.seeds();

  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  const collect = () => globalThis.gc?.();

  // What is compiled and kept from the first readings on is no input's.
  for (let round = 0; round < 3; round++) for (const seed of seeds) await reader.read(seed);
  await settle();
  collect();
  const start = residentMemory().now;

  return {
    seeds,
    async measure(input: Input, patience: number): Promise<Reading> {
      if (residentMemory().now - start > CLEAR_ABOVE) collect();
      const size = sizeOf(input);
      const budget: Budget = budgetOf(size, patience);
      loose.length = 0;
      forgetPeak();
      const processor = process.cpuUsage();
      const begun = performance.now();
      let outcome: Reading['outcome'] = 'accepted';
      let fault: Reading['fault'];
      const found = (kind: FaultKind, detail: string) => {
        fault ??= { kind, detail };
      };
      try {
        await reader.read(input);
      } catch (error) {
        outcome = 'refused';
        if (error instanceof EngineError) {
          const wrong = messageFault(error.message);
          if (wrong !== undefined) found('message', wrong);
        } else found('foreign error', describeError(error));
      }
      const { user, system } = process.cpuUsage(processor);
      // The processor's time where others kept it busy.
      const time = Math.min(performance.now() - begun, (user + system) / 1000);
      await settle();
      if (loose.length > 0) found('unhandled', describeError(loose[0]));
      const memory = Math.max(0, residentMemory().peak - start);
      if (time > budget.time) found('time', `${Math.round(time)} ms for ${size} bytes`);
      if (memory > budget.memory) found('memory', `${Math.round(memory / 1e6)} MB for ${size} bytes`);
      return { outcome: fault ? 'finding' : outcome, fault, time, memory, size };
    },
    close(): void {
      process.off('unhandledRejection', keep);
      process.off('uncaughtException', keep);
    },
    /** Whether the process holds so much that the next input is better read by a new one. */
    isWorn(): boolean {
      if (residentMemory().now - start <= CLEAR_ABOVE) return false;
      collect();
      return residentMemory().now - start > 2 * CLEAR_ABOVE;
    },
  };
}
