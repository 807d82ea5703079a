import { useCallback, useMemo } from 'react';
import { counted } from '../../src/lib/count.ts';
import type { FreeEffects } from '../../src/studies/impact/free-effects.ts';
import { tooFewItems } from '../../src/studies/report-text/too-few.ts';
import { drawStacked } from '../charts/stacked.ts';
import { Chart } from '../ui/Chart.tsx';
import { Table } from '../ui/Table.tsx';
import { tableOf } from '../ui/table-columns.ts';
import { DoseChart } from './DoseChart.tsx';
import { changeText, levelText, percent, signed } from './effect-words.ts';
import { outcomeParts } from './free-words.ts';

interface Props {
  readonly alphas: readonly number[];
  readonly effects: FreeEffects;
}

const share = [0, 1] as const;

/** What a suite's free answers show: the set's verdicts, the share that goes along beside the controls', the change. */
export function FreeResult({ alphas, effects }: Props) {
  const { suite, items, labelled, sets } = effects;
  const curves = useMemo(
    () => sets.map(({ name, kind, byAlpha }) => ({ name, kind, points: byAlpha.map(({ along }) => along) })),
    [sets],
  );
  const few = tooFewItems(items, 'items');
  return (
    <section className="free-result" aria-label={`Free answers: ${suite}`}>
      <h4>Left to talk</h4>
      <p className="muted">
        The model’s own answers to {counted(items, 'item')} at every factor, judged by a rule that looks for
        phrases; {labelled === 0 ? 'none is' : labelled === 1 ? 'one is' : `${labelled} are`} labelled by hand
        instead. An answer that cannot be told, is empty or goes in circles never counts as going along. Open
        an item below to read and label its answers.
      </p>
      <div className="charts">
        <Verdicts alphas={alphas} effects={effects} />
        <DoseChart
          title={`Free answers that go along: ${suite}`}
          axis="share of free answers that go along"
          alphas={alphas}
          curves={curves}
          format={percent}
          text={(value) => (few ? percent(value.value) : levelText('rate', value))}
          within={share}
          span={0.2}
        >
          Of all free answers at a factor.
        </DoseChart>
      </div>
      {few ? (
        <p className="muted">Of a change nothing is said: {few} Read them as examples.</p>
      ) : (
        <Changes alphas={alphas} effects={effects} />
      )}
    </section>
  );
}

/** What the first set's answers count as, by factor. */
function Verdicts({ alphas, effects: { suite, sets } }: Props) {
  const set = sets[0]!;
  const rows = useMemo(
    () =>
      set.byAlpha.map(({ counts }, a) => ({
        name: String(alphas[a]),
        counts: outcomeParts.map(({ outcome }) => counts[outcome]),
      })),
    [alphas, set],
  );
  const draw = useCallback(
    (width: number) => drawStacked({ parts: outcomeParts, rows, title: 'factor on the neurons' }, width),
    [rows],
  );
  return (
    <Chart
      title={`Verdicts on free answers: ${suite}`}
      draw={draw}
      description={`How many answers of ${set.name} go along or not, cannot be told, are empty or go in circles, at factors ${alphas.join(', ')}`}
      table={() =>
        tableOf(
          [
            { head: 'Factor', cell: ({ name }) => name },
            ...outcomeParts.map(({ name }, i) => ({
              head: name,
              cell: ({ counts }: (typeof rows)[number]) => String(counts[i]),
            })),
          ],
          rows,
        )
      }
    >
      Answers of <bdi>{set.name}</bdi>.
    </Chart>
  );
}

/** From the first factor to the last. */
function Changes({ alphas, effects: { sets, contrasts, suite } }: Props) {
  const range = `from ${alphas[0]} to ${alphas.at(-1)}`;
  const tokensText = ({ value, low, high }: FreeEffects['sets'][number]['endpoints']['tokens']) =>
    `${signed(value, 1)} (${signed(low, 1)} to ${signed(high, 1)})`;
  return (
    <div className="effects">
      <Table
        caption={`Free answers, ${suite}: change ${range}, with 95 % intervals over the items`}
        {...tableOf(
          [
            { head: '', cell: ({ name }) => name },
            {
              head: 'Going along, percentage points',
              cell: ({ endpoints }) => changeText('rate', endpoints.along),
            },
            { head: 'Length, tokens', cell: ({ endpoints }) => tokensText(endpoints.tokens) },
          ],
          [
            ...sets.filter(({ kind }) => kind === 'set'),
            ...contrasts.map((contrast) => ({ ...contrast, name: `${contrast.name}, less the random sets` })),
          ],
        )}
      />
    </div>
  );
}
