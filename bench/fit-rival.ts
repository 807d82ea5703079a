import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonOf, python, pythonLacks } from './child.ts';

interface Timed {
  readonly seconds: number;
  /** At every value of C. */
  readonly objectives: readonly number[];
}

export interface FitTimes {
  readonly own: Timed;
  /** scikit-learn's liblinear on the same data, or why it was not run. */
  readonly rival: (Timed & { readonly version: string }) | { readonly lacks: string };
}

/** Relative. The rival stops at its own tolerance, so that only a worse optimum of ours says that something is wrong. */
const SLACK = 1e-6;

/**
 * Times the C path of fit.ts and that of fit-sklearn.py, each in a process of its own.
 * @throws Error where ours ends at a worse optimum
 */
export async function timeFits(columns: number): Promise<FitTimes> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-fit-'));
  const data = join(folder, 'data.bin');
  try {
    const args = ['--import', 'tsx', 'bench/fit.ts', '--data', data, '--columns', String(columns)];
    const own = await jsonOf<Timed>(process.execPath, args);
    const lacks = await pythonLacks(['numpy', 'sklearn']);
    if (lacks !== undefined) return { own, rival: { lacks } };
    const rival = await jsonOf<Timed & { version: string }>(python, ['bench/fit-sklearn.py', data]);
    own.objectives.forEach((objective, i) => {
      const other = rival.objectives[i]!;
      if (objective > other * (1 + SLACK))
        throw new Error(`the fit ended at the objective ${objective}, scikit-learn at ${other}`);
    });
    return { own, rival };
  } finally {
    await rm(folder, { recursive: true });
  }
}
