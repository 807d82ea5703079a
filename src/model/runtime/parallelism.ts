/** A time span of the wall clock, in milliseconds since 1970. */
export interface Span {
  readonly from: number;
  readonly until: number;
}

/** A worker that answers every {@link Span} with the turns that {@link spin} made in it. */
export type StartSpinner = () => Worker;

/** Workers hear of a span before it begins. */
const noticeMs = 4;
const spanMs = 20;
const trials = 4;

/** Keeps one core busy for a span. @returns turns of a fixed loop within it, which count the work done */
export function spin({ from, until }: Span): number {
  let turns = 0;
  let state = 1;
  while (Date.now() < from);
  for (; Date.now() < until; turns++) {
    for (let i = 0; i < 10_000; i++) state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    // The state is read, so that no compiler leaves the loop out.
    if (state === 0) turns--;
  }
  return turns;
}

/** Turns of all spinners within the same span, so that none counts what it does after the others. */
function turnsOf(spinners: readonly Worker[]): Promise<number[]> {
  const from = Date.now() + noticeMs;
  return Promise.all(
    spinners.map(
      (spinner) =>
        new Promise<number>((resolve, reject) => {
          spinner.onmessage = ({ data }: MessageEvent<number>) => resolve(data);
          spinner.onerror = () => reject(new Error('A worker that measures the cores failed.'));
          spinner.postMessage({ from, until: from + spanMs } satisfies Span);
        }),
    ),
  );
}

/**
 * How many threads do useful work at the same time. Some browsers report a fixed number of cores, and threads beyond
 * the real ones slow a model down: the most work that all of them do at once is compared with the most that one of
 * them ever did, so that another program's moment of work does not count.
 * @param reported number of cores that the browser tells; up to 2 it is taken as it is
 * @returns whole number from 2 to `reported`; `reported` where the measurement cannot be made
 */
export async function usefulThreads(reported: number, start: StartSpinner): Promise<number> {
  if (reported <= 2) return reported;
  const spinners: Worker[] = [];
  try {
    for (let i = 0; i < reported; i++) spinners.push(start());
    // The first answers only say that the workers run.
    await turnsOf(spinners);
    let one = 1;
    let all = 0;
    for (let trial = 0; trial < trials; trial++) {
      const [alone] = await turnsOf(spinners.slice(0, 1));
      const together = await turnsOf(spinners);
      one = Math.max(one, alone!, ...together);
      all = Math.max(
        all,
        together.reduce((sum, turns) => sum + turns, 0),
      );
    }
    return Math.max(2, Math.min(reported, Math.round(all / one)));
  } catch {
    return reported;
  } finally {
    for (const spinner of spinners) spinner.terminate();
  }
}
