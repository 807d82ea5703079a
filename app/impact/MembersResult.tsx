import { useCallback, useMemo, useState } from 'react';
import { Button } from 'react-aria-components';
import { counted } from '../../src/lib/count.ts';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { type MembersEffect, rankedMembers, STANDS_OUT } from '../../src/studies/impact/members.ts';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import { membersSentence } from '../../src/studies/report-text/impact.ts';
import { drawMembers, type MemberRow, mostMembers } from '../charts/member-effects.ts';
import { usePages, useSession } from '../explore/state/hooks.ts';
import { Chart } from '../ui/Chart.tsx';
import { tableOf } from '../ui/table-columns.ts';
import { changeText, type ShownMeasure, signed } from './effect-words.ts';

interface Props {
  readonly manifest: ImpactReport['manifest'];
  readonly suite: string;
  readonly members: MembersEffect;
  /** Of the suite. */
  readonly items: number;
  readonly measure: ShownMeasure;
}

/** Which neurons of the set matter most: what each does alone, and what is lost without it. */
export function MembersResult({ manifest, suite, members, items, measure }: Props) {
  const { set, looks } = members;
  const ranked = useMemo(() => rankedMembers(members.members, measure), [members, measure]);
  const { alphas } = manifest.plan;
  const isShare = measure === 'rate';
  const axis = `change from ${alphas[0]} to ${alphas.at(-1)}, ${isShare ? 'points' : 'nats a token'}`;
  const rows = useMemo<MemberRow[]>(
    () =>
      ranked.map(({ neuron, alone, lost, p }) => ({
        name: formatNeuron(neuron),
        firm: p[measure] < STANDS_OUT,
        alone: alone[measure],
        lost: lost[measure],
      })),
    [ranked, measure],
  );
  const draw = useCallback(
    (width: number) =>
      drawMembers(rows, {
        title: axis,
        width,
        format: (value) => (isShare ? signed(100 * value, 0) : signed(value)),
      }),
    [rows, axis, isShare],
  );
  const title = `Which neurons matter most: ${suite}`;
  return (
    <section className="effects" aria-label={`Neurons of ${suite}`}>
      <Chart
        wide
        title={title}
        draw={draw}
        description={`${axis}, of each of ${counted(rows.length, 'neuron')} alone, and what is lost without it, with 95 % intervals`}
        table={() =>
          tableOf(
            [
              { head: 'Neuron', cell: ({ neuron }) => formatNeuron(neuron) },
              { head: 'Alone', cell: ({ alone }) => changeText(measure, alone[measure]) },
              { head: 'Lost without it', cell: ({ lost }) => changeText(measure, lost[measure]) },
              { head: `Chance among ${looks} looks`, cell: ({ p }) => p[measure].toFixed(3) },
            ],
            ranked,
          )
        }
      >
        A disc is what turning this neuron alone does; a ring is what turning all of <bdi>{set}</bdi> does
        less what turning all but this one does. The lines are 95 % intervals; neurons in colour stand out
        even after counting that {looks} changes were looked at.
        {rows.length > mostMembers && ` ${rows.length - mostMembers} more are in the table.`}
      </Chart>
      <p className="result-sentence">
        <bdi>{membersSentence(members, measure, items)}</bdi>
      </p>
      <NeuronLinks manifest={manifest} neurons={ranked.map(({ neuron }) => neuron)} />
    </section>
  );
}

/** Goes to a neuron in the explorer. */
function NeuronLinks({
  manifest: { model },
  neurons,
}: {
  readonly manifest: ImpactReport['manifest'];
  readonly neurons: readonly NeuronRef[];
}) {
  const session = useSession();
  const pages = usePages();
  const [error, setError] = useState<string>();

  function open(neuron: NeuronRef) {
    const loaded = session.stores.model.getState().model;
    if (loaded?.fingerprint !== model.fingerprint) {
      setError(`This sweep is of ${model.name}; load that model to see its neurons.`);
      return;
    }
    setError(undefined);
    session.openCard(neuron);
    pages.go('explore');
  }

  return (
    <>
      <div className="identify-row member-links">
        <span className="muted">Open in the explorer</span>
        {neurons.map((neuron) => (
          <Button key={formatNeuron(neuron)} className="button-plain" onPress={() => open(neuron)}>
            {formatNeuron(neuron)}
          </Button>
        ))}
      </div>
      <p className="message" role="alert">
        {error}
      </p>
    </>
  );
}
