import { EngineError } from '../lib/errors.ts';

/** Signals that end a run behind what was stored last, and the exit codes that shells give to them. */
const EXIT_CODES = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof EXIT_CODES;
const SIGNALS = Object.keys(EXIT_CODES) as StopSignal[];

/** A run that a signal ended. */
export class StoppedBySignal extends EngineError {
  readonly exitCode: number;

  constructor(signal: StopSignal, message: string) {
    super('cancelled', message);
    this.exitCode = EXIT_CODES[signal];
  }
}

/**
 * Does work that ends by itself once its signal fires, as it does when the process is told to stop. A second time the
 * process is ended at once.
 * @param said what to say when it was stopped, behind "Stopped by SIGTERM: "
 * @throws StoppedBySignal
 */
export async function untilStopped<T>(
  work: (signal: AbortSignal) => Promise<T>,
  said: () => string,
): Promise<T> {
  const stop = new AbortController();
  let by: StopSignal | undefined;
  const listeners = SIGNALS.map((signal) => {
    const listener = () => {
      by ??= signal;
      stop.abort(new EngineError('cancelled', `Stopped by ${signal}.`));
    };
    process.once(signal, listener);
    return [signal, listener] as const;
  });
  try {
    return await work(stop.signal);
  } catch (error) {
    if (by === undefined) throw error;
    throw new StoppedBySignal(by, `Stopped by ${by}: ${said()}`);
  } finally {
    for (const [signal, listener] of listeners) process.off(signal, listener);
  }
}

/** Leaves it to the process that started this one to end it: signals reach every process of a terminal or job. */
export function ignoreStopSignals(): void {
  for (const signal of SIGNALS) process.on(signal, () => {});
}
