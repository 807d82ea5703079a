import type { OnProgress } from '../../lib/bytes/progress.ts';
import { type Bootstrap, bootstrap } from '../../lib/stats/bootstrap.ts';
import type { Estimate } from '../../lib/stats/estimate.ts';

/** Resamples of an interval. */
export const RESAMPLES = 2000;

/** A statistic that is the mean of one value an item, [items]. */
export type Column = Float64Array;

function meanOf(column: Column): (rows: Int32Array) => number {
  return (rows) => {
    let sum = 0;
    for (const row of rows) sum += column[row];
    return sum / rows.length;
  };
}

/** What is shown of a bootstrap: the estimate and its 95 % interval. */
export const estimateOf = ({ estimate, low, high }: Bootstrap): Estimate => ({ value: estimate, low, high });

/** Collects columns of the same items, and gives the means' estimates once all have been resampled together. */
export function columnList() {
  const columns: Column[] = [];
  let found: readonly Bootstrap[] = [];
  return {
    /** @returns reads the estimate later */
    add(column: Column): () => Estimate {
      const at = columns.push(column) - 1;
      return () => estimateOf(found[at]);
    },
    /** @returns reads the estimate later, with its standard error */
    addWithError(column: Column): () => Bootstrap {
      const at = columns.push(column) - 1;
      return () => found[at];
    },
    async resample(rows: number, seed: number, signal?: AbortSignal, onProgress?: OnProgress) {
      const statistics = columns.map(meanOf);
      found = await bootstrap(statistics, { rows, seed, resamples: RESAMPLES, signal, onProgress });
    },
  };
}
