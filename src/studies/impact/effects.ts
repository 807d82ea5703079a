import type { OnProgress } from '../../lib/bytes/progress.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { bootstrap } from '../../lib/stats/bootstrap.ts';
import type { Estimate } from '../../lib/stats/estimate.ts';
import { permutationP } from '../../lib/stats/tests.ts';
import { type Column, columnList, estimateOf, RESAMPLES } from './columns.ts';
import { everyMeasure, type Measure, type Measured } from './measured.ts';
import { type MembersEffect, memberColumns, membersEffect } from './members.ts';
import type { MarginRecord, PassageRecord } from './score-item.ts';
import { type ComparedSet, comparedSets, type SweepPlan, slopeWeights } from './sweep.ts';

/** What turning one set does. All differences are within items, and all intervals are of the same resamples. */
export interface SetEffect {
  readonly name: string;
  readonly kind: ComparedSet['kind'];
  /** By alpha. */
  readonly byAlpha: readonly Measured<Estimate>[];
  /** Of the last alpha less the first. */
  readonly endpoints: Measured<Estimate>;
  /** Least-squares slope per alpha over all alphas, over those up to 1, and over those from 1. */
  readonly slope: Measured<Estimate>;
  readonly suppression: Measured<Estimate>;
  readonly amplification: Measured<Estimate>;
}

/** A set beside the controls. */
interface Contrast {
  readonly name: string;
  /** Slope of the set less the mean slope of the controls. */
  readonly slope: Measured<Estimate>;
  readonly endpoints: Measured<Estimate>;
  /** Two-sided rank of the set's slope among those of the controls; it cannot be below 2 / (controls + 1). */
  readonly p: Measured<number>;
}

export interface SuiteEffects {
  readonly suite: string;
  readonly items: number;
  readonly sets: readonly SetEffect[];
  /** Of each set that is no control; empty without controls. */
  readonly contrasts: readonly Contrast[];
  /** Of the first set, where the plan tells its members apart. */
  readonly members?: MembersEffect;
}

/** Weights of the alphas for which `isUsed`; 0 for the others, all 0 where fewer than two are. */
function partialSlope(alphas: readonly number[], isUsed: (alpha: number) => boolean): number[] {
  const used = alphas.filter(isUsed);
  const weights = used.length < 2 ? used.map(() => 0) : slopeWeights(used);
  return alphas.map((alpha) => (isUsed(alpha) ? weights[used.indexOf(alpha)] : 0));
}

const measures: Readonly<Record<Measure, (record: MarginRecord, set: number, alpha: number) => number>> = {
  rate: ({ normalised }, set, alpha) => Number(normalised[set][alpha] > 0),
  margin: ({ normalised }, set, alpha) => normalised[set][alpha],
  rawMargin: ({ raw }, set, alpha) => raw[set][alpha],
};

/** Reads estimates once they are there. */
type Readers = Measured<() => Estimate>;

/**
 * What turning each set of a plan did to the items of a suite: by alpha, from end to end, as slopes, and beside the
 * controls, with paired bootstrap intervals over items.
 * @throws EngineError `bad-input` where there are no items
 */
export async function suiteEffects(
  plan: SweepPlan,
  suite: string,
  records: readonly MarginRecord[],
  options: { readonly seed: number; readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
): Promise<SuiteEffects> {
  const { alphas } = plan;
  const sets = comparedSets(plan);
  const rows = records.length;
  if (rows === 0)
    throw new EngineError(
      'bad-input',
      `No item of ${shownName(suite)} was asked; ask some before their effect is taken.`,
    );
  const list = columnList();
  const weightings = {
    endpoints: alphas.map((_, a) => Number(a === alphas.length - 1) - Number(a === 0)),
    slope: slopeWeights(alphas),
    suppression: partialSlope(alphas, (alpha) => alpha <= 1),
    amplification: partialSlope(alphas, (alpha) => alpha >= 1),
  };
  /** [item] weighted sum over alphas. */
  const weighted = (set: number, measure: Measure, weights: readonly number[]): Column =>
    Float64Array.from(records, (record) =>
      weights.reduce(
        (sum, weight, a) => (weight === 0 ? sum : sum + weight * measures[measure](record, set, a)),
        0,
      ),
    );
  const columnsOf = (set: number, weights: readonly number[]) =>
    everyMeasure((measure) => weighted(set, measure, weights));
  const addAll = (columns: Measured<Column>): Readers =>
    everyMeasure((measure) => list.add(columns[measure]));
  const read = (readers: Readers): Measured<Estimate> => everyMeasure((measure) => readers[measure]());

  const parts = sets.map((_, s) => ({
    byAlpha: alphas.map((__, a) =>
      addAll(
        columnsOf(
          s,
          alphas.map((___, b) => Number(a === b)),
        ),
      ),
    ),
    endpoints: columnsOf(s, weightings.endpoints),
    slope: columnsOf(s, weightings.slope),
    suppression: columnsOf(s, weightings.suppression),
    amplification: columnsOf(s, weightings.amplification),
  }));
  const readers = parts.map(({ byAlpha, endpoints, slope, suppression, amplification }) => ({
    byAlpha,
    endpoints: addAll(endpoints),
    slope: addAll(slope),
    suppression: addAll(suppression),
    amplification: addAll(amplification),
  }));
  const controls = sets.flatMap(({ kind }, s) => (kind === 'control' ? [s] : []));
  /** Of a set, less the mean of the controls. */
  const against = (s: number, part: 'slope' | 'endpoints') =>
    addAll(
      everyMeasure((measure) =>
        parts[s][part][measure].map(
          (value, row) =>
            value - controls.reduce((sum, c) => sum + parts[c][part][measure][row], 0) / controls.length,
        ),
      ),
    );
  const contrasts =
    controls.length === 0
      ? []
      : sets.flatMap(({ kind, name }, s) =>
          kind === 'set' ? [{ s, name, slope: against(s, 'slope'), endpoints: against(s, 'endpoints') }] : [],
        );
  const addWithErrors = (columns: Measured<Column>) =>
    everyMeasure((measure) => list.addWithError(columns[measure]));
  const looks = memberColumns(plan, (s) => columnsOf(s, weightings.endpoints)).map(
    ({ neuron, alone, lost }) => ({ neuron, alone: addWithErrors(alone), lost: addWithErrors(lost) }),
  );
  await list.resample(rows, options.seed, options.signal, options.onProgress);
  const slopeOf = (s: number, measure: Measure) => readers[s].slope[measure]().value;
  const members = looks.map(({ neuron, alone, lost }) => ({
    neuron,
    alone: everyMeasure((measure) => alone[measure]()),
    lost: everyMeasure((measure) => lost[measure]()),
  }));
  return {
    suite,
    items: rows,
    sets: sets.map(({ name, kind }, s) => ({
      name,
      kind,
      byAlpha: readers[s].byAlpha.map(read),
      endpoints: read(readers[s].endpoints),
      slope: read(readers[s].slope),
      suppression: read(readers[s].suppression),
      amplification: read(readers[s].amplification),
    })),
    contrasts: contrasts.map(({ s, name, slope, endpoints }) => ({
      name,
      slope: read(slope),
      endpoints: read(endpoints),
      p: everyMeasure((measure) =>
        permutationP(
          slopeOf(s, measure),
          controls.map((c) => slopeOf(c, measure)),
        ),
      ),
    })),
    ...(members.length > 0 && { members: membersEffect(sets[0].name, members, rows) }),
  };
}

/** Perplexity of a set's passages by alpha, with bootstrap intervals over passages. */
export interface PerplexityEffect {
  readonly name: string;
  readonly kind: ComparedSet['kind'];
  readonly byAlpha: readonly Estimate[];
}

/** What turning each set does to how well plain prose is predicted. @throws EngineError as `suiteEffects` */
export async function perplexities(
  plan: SweepPlan,
  suite: string,
  records: readonly PassageRecord[],
  options: { readonly seed: number; readonly signal?: AbortSignal },
): Promise<PerplexityEffect[]> {
  if (records.length === 0)
    throw new EngineError(
      'bad-input',
      `No passage of ${shownName(suite)} was read; read some before their perplexity is taken.`,
    );
  const { alphas } = plan;
  const sets = comparedSets(plan);
  const statistics = sets.flatMap((_, s) =>
    alphas.map((__, a) => (rows: Int32Array) => {
      let loss = 0;
      let tokens = 0;
      for (const row of rows) {
        loss += records[row].loss[s][a];
        tokens += records[row].tokens;
      }
      return Math.exp(loss / tokens);
    }),
  );
  const found = await bootstrap(statistics, { ...options, rows: records.length, resamples: RESAMPLES });
  const estimates = found.map(estimateOf);
  return sets.map(({ name, kind }, s) => ({
    name,
    kind,
    byAlpha: estimates.slice(s * alphas.length, (s + 1) * alphas.length),
  }));
}
