import { type ReactNode, useCallback, useMemo } from 'react';
import type { Suite } from '../../src/datasets/suites/suite.ts';
import { counted } from '../../src/lib/count.ts';
import type { FreeEffects } from '../../src/studies/impact/free-effects.ts';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import type { ImpactRecord } from '../../src/studies/impact/score-item.ts';
import { effectSentence } from '../../src/studies/report-text/impact.ts';
import { drawStrip, type StripRow } from '../charts/strip.ts';
import { Chart } from '../ui/Chart.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { tableOf } from '../ui/table-columns.ts';
import { DoseChart } from './DoseChart.tsx';
import { EffectsTable } from './EffectsTable.tsx';
import { levelText, percent, type ShownMeasure, signed } from './effect-words.ts';
import { FreeResult } from './FreeResult.tsx';
import { Items } from './Items.tsx';
import { itemRows } from './item-rows.ts';
import { MembersResult } from './MembersResult.tsx';

interface Props {
  readonly manifest: ImpactReport['manifest'];
  readonly effects: ImpactReport['compliance'][number];
  /** Undefined where nothing was answered freely. */
  readonly free: FreeEffects | undefined;
  /** Undefined where its items are not at hand. */
  readonly suite: Suite | undefined;
  readonly records: readonly ImpactRecord[];
  readonly measure: ShownMeasure;
}

const share = [0, 1] as const;
const margin = (value: number) => signed(value);

/** What turning did to a suite: the sentence, the curves, the table, the items. */
export function SuiteResult({ manifest, effects, free, suite, records, measure }: Props) {
  const { alphas } = manifest.plan;
  const { verdict, items, sets } = effects;
  const curves = useMemo(
    () =>
      sets.map(({ name, kind, byAlpha }) => ({ name, kind, points: byAlpha.map((each) => each[measure]) })),
    [sets, measure],
  );
  const rows = useMemo(() => (suite ? itemRows(manifest, suite, records) : []), [manifest, suite, records]);
  const isShare = measure === 'rate';
  const several = sets.filter(({ kind }) => kind === 'set').length > 1;
  return (
    <section className="result suite-result" aria-label={`Result: ${effects.suite}`}>
      <h3>
        <bdi>{effects.suite}</bdi>{' '}
        <span className="finding" data-finding={verdict.finding}>
          {verdict.finding}
        </span>
      </h3>
      <p className="result-sentence">
        <bdi>{effectSentence(manifest.plan, effects)}</bdi>
      </p>
      <Shown isFew={verdict.finding === 'too few to say'}>
        <div className="charts">
          <DoseChart
            wide
            title={`Dose and response: ${effects.suite}`}
            axis={isShare ? 'share of items that it goes along with' : 'leaning to going along, nats a token'}
            alphas={alphas}
            curves={curves}
            format={isShare ? percent : margin}
            text={(value) => levelText(measure, value)}
            {...(isShare ? { within: share, span: 0.2 } : { span: 0.2 })}
          >
            {isShare
              ? `Of ${counted(items, 'item')} the share whose answer that goes along is likelier than the other, both taken a token.`
              : `Mean over ${counted(items, 'item')} of the log-probability of the answer that goes along, a token, less that of the other: above 0 the model leans to going along.`}{' '}
            The band is the 95 % interval of {several ? sets[0]?.name : 'the set'}; the thin lines are random
            sets of the same layers.
          </DoseChart>
          <EffectStrip alphas={alphas} suite={effects.suite} rows={rows} name={sets[0]?.name ?? 'the set'} />
        </div>
        <EffectsTable alphas={alphas} effects={effects} measure={measure} />
        {effects.members && (
          <MembersResult
            manifest={manifest}
            suite={effects.suite}
            members={effects.members}
            items={items}
            measure={measure}
          />
        )}
      </Shown>
      {free && <FreeResult alphas={alphas} effects={free} />}
      {rows.length > 0 && <Items manifest={manifest} suite={effects.suite} rows={rows} />}
    </section>
  );
}

/** Of too few items to say anything the numbers are behind a button. */
function Shown({ isFew, children }: { readonly isFew: boolean; readonly children: ReactNode }) {
  if (!isFew) return children;
  return <Disclosure title="Numbers of too few items">{() => children}</Disclosure>;
}

interface StripProps {
  readonly alphas: readonly number[];
  readonly suite: string;
  readonly rows: ReturnType<typeof itemRows>;
  readonly name: string;
}

/** How the effect is spread over the items: a few that change much, or many that change a little. */
function EffectStrip({ alphas, suite, rows, name }: StripProps) {
  const strips = useMemo<StripRow[]>(() => {
    const control = rows.flatMap(({ controlEffect }) => (controlEffect === undefined ? [] : [controlEffect]));
    return [
      { name, own: true, values: rows.map(({ effect }) => effect) },
      ...(control.length > 0 ? [{ name: 'mean of the random sets', own: false, values: control }] : []),
    ];
  }, [rows, name]);
  const range = `${alphas[0]} to ${alphas.at(-1)}`;
  const draw = useCallback(
    (width: number) => drawStrip(strips, `change from ${range}, nats a token`, width),
    [strips, range],
  );
  if (rows.length === 0) return null;
  return (
    <Chart
      wide
      title={`Items of ${suite}`}
      draw={draw}
      description={`Change of the margin from factor ${range} of each of ${counted(rows.length, 'item')}, for the set and the mean of the random sets`}
      table={() =>
        tableOf(
          [
            { head: 'Item', cell: ({ item }) => item.id },
            { head: name, cell: ({ effect }) => signed(effect, 3) },
            {
              head: 'Mean of the random sets',
              cell: ({ controlEffect }) => (controlEffect === undefined ? '' : signed(controlEffect, 3)),
            },
          ],
          rows,
        )
      }
    >
      A dot an item: right of 0 the model leans more to going along at the last factor than at the first. The
      line is the mean.
    </Chart>
  );
}
