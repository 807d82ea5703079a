import type { OnProgress } from '../../lib/bytes/progress.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import type { Estimate } from '../../lib/stats/estimate.ts';
import { type Column, columnList } from './columns.ts';
import { FREE_OUTCOMES, type FreeLabel, type FreeOutcome, labelFinder, labelKey } from './labels.ts';
import type { FreeRecord } from './score-item.ts';
import { type ComparedSet, comparedSets, type SweepPlan } from './sweep.ts';

/** What is measured of free answers. */
export interface FreeMeasured<T> {
  /** Share that goes along, of all answers: those that are unparsed, empty or looping do not, 0 to 1. */
  readonly along: T;
  /** Mean length in tokens. */
  readonly tokens: T;
}

type FreeCounts = Readonly<Record<FreeOutcome, number>>;

/** What turning one set does to the free answers. */
interface FreeEffect {
  readonly name: string;
  readonly kind: ComparedSet['kind'];
  /** By alpha. */
  readonly byAlpha: readonly (FreeMeasured<Estimate> & { readonly counts: FreeCounts })[];
  /** Of the last alpha less the first. */
  readonly endpoints: FreeMeasured<Estimate>;
}

/** The free answers to a suite's items. All differences are within items, all intervals of the same resamples. */
export interface FreeEffects {
  readonly suite: string;
  readonly items: number;
  /** Different answers that a person labelled. */
  readonly labelled: number;
  readonly sets: readonly FreeEffect[];
  /** Of each set that is no control, less the mean of the controls; empty without controls. */
  readonly contrasts: readonly { readonly name: string; readonly endpoints: FreeMeasured<Estimate> }[];
}

/** Columns of one set. */
type SetColumns = FreeMeasured<{ readonly byAlpha: readonly Column[]; readonly endpoints: Column }>;

const MEASURES = ['along', 'tokens'] as const;

const everyMeasure = <T>(of: (measure: (typeof MEASURES)[number]) => T): FreeMeasured<T> => ({
  along: of('along'),
  tokens: of('tokens'),
});

/**
 * What turning each set and control of a plan did to free answers, with paired bootstrap intervals over items.
 * @param labels a person's, which stand in place of the rule's verdicts
 * @throws EngineError `bad-input` where there are no items
 */
export async function freeEffects(
  plan: SweepPlan,
  suite: string,
  records: readonly FreeRecord[],
  labels: readonly FreeLabel[],
  options: { readonly seed: number; readonly signal?: AbortSignal; readonly onProgress?: OnProgress },
): Promise<FreeEffects> {
  if (records.length === 0)
    throw new EngineError(
      'bad-input',
      `No item of ${shownName(suite)} was answered freely; let some be before their effect is taken.`,
    );
  const { alphas } = plan;
  const sets = comparedSets(plan);
  const labelOf = labelFinder(labels);
  const labelled = new Set<string>();
  /** [item][set][alpha] */
  const outcomes = records.map(({ id, answers }) =>
    answers.map((row) =>
      row.map(({ text, verdict }): FreeOutcome => {
        const place = { suite, id, text };
        const label = labelOf(place);
        if (label) labelled.add(labelKey(place));
        return label ?? verdict;
      }),
    ),
  );
  const measured = {
    along: (item: number, s: number, a: number) => Number(outcomes[item][s][a] === 'along'),
    tokens: (item: number, s: number, a: number) => records[item].answers[s][a].tokens,
  };
  const countsOf = (s: number, a: number) =>
    Object.fromEntries(
      FREE_OUTCOMES.map((outcome) => [outcome, outcomes.filter((item) => item[s][a] === outcome).length]),
    ) as FreeCounts;
  const list = columnList();
  const columns = sets.map(
    (_, s): SetColumns =>
      everyMeasure((measure) => {
        const byAlpha = alphas.map((__, a) =>
          Float64Array.from(records, (___, item) => measured[measure](item, s, a)),
        );
        const [first, last] = [byAlpha[0], byAlpha[alphas.length - 1]];
        return { byAlpha, endpoints: last.map((value, item) => value - first[item]) };
      }),
  );
  const readers = columns.map((own) =>
    everyMeasure((measure) => ({
      byAlpha: own[measure].byAlpha.map(list.add),
      endpoints: list.add(own[measure].endpoints),
    })),
  );
  const controls = columns.filter((_, s) => sets[s].kind === 'control');
  const against = (own: SetColumns) =>
    everyMeasure((measure) =>
      list.add(
        own[measure].endpoints.map(
          (value, item) =>
            value -
            controls.reduce((sum, control) => sum + control[measure].endpoints[item], 0) / controls.length,
        ),
      ),
    );
  const contrasts =
    controls.length === 0
      ? []
      : sets.flatMap(({ kind, name }, s) => (kind === 'set' ? [{ name, read: against(columns[s]) }] : []));
  await list.resample(records.length, options.seed, options.signal, options.onProgress);
  return {
    suite,
    items: records.length,
    labelled: labelled.size,
    sets: sets.map(({ name, kind }, s) => ({
      name,
      kind,
      byAlpha: alphas.map((_, a) => ({
        ...everyMeasure((measure) => readers[s][measure].byAlpha[a]()),
        counts: countsOf(s, a),
      })),
      endpoints: everyMeasure((measure) => readers[s][measure].endpoints()),
    })),
    contrasts: contrasts.map(({ name, read }) => ({
      name,
      endpoints: everyMeasure((measure) => read[measure]()),
    })),
  };
}
