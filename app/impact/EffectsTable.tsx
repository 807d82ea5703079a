import { counted } from '../../src/lib/count.ts';
import type { SuiteEffects } from '../../src/studies/impact/effects.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { Table } from '../ui/Table.tsx';
import { type Column, tableOf } from '../ui/table-columns.ts';
import { changeText, type ShownMeasure } from './effect-words.ts';

interface Props {
  readonly alphas: readonly number[];
  readonly effects: SuiteEffects;
  readonly measure: ShownMeasure;
}

type SetChanges = SuiteEffects['sets'][number];

/** A row: a set's changes, or what is left of them less the random sets'. */
interface Changes extends Pick<SetChanges, 'name'>, Partial<Omit<SetChanges, 'name'>> {
  readonly p?: SuiteEffects['contrasts'][number]['p'];
}

/** Changes with their intervals: of the sets, and of these less the random sets. */
export function EffectsTable({ alphas, effects, measure }: Props) {
  const [first, last] = [alphas[0] ?? 0, alphas.at(-1) ?? 0];
  const unit = measure === 'rate' ? 'percentage points' : 'nats a token';
  const has = (from: number, to: number) => alphas.filter((alpha) => alpha >= from && alpha <= to).length > 1;
  const parts = [
    { head: `From ${first} to ${last}`, of: 'endpoints' },
    { head: 'Slope for each 1', of: 'slope' },
    ...(has(first, 1) ? [{ head: `Slope, suppressed (${first} to 1)`, of: 'suppression' } as const] : []),
    ...(has(1, last) ? [{ head: `Slope, amplified (1 to ${last})`, of: 'amplification' } as const] : []),
  ] as const;
  const columns: Column<Changes>[] = [
    { head: '', cell: ({ name }) => name },
    ...parts.map(({ head, of }) => ({
      head,
      cell: (changes: Changes) => {
        const estimate = changes[of];
        return estimate ? changeText(measure, estimate[measure]) : '';
      },
    })),
    { head: 'Chance', cell: ({ p }) => p?.[measure].toFixed(2) ?? '' },
  ];
  const sets = effects.sets.filter(({ kind }) => kind === 'set');
  const contrasts = effects.contrasts.map((contrast) => ({
    ...contrast,
    name: `${contrast.name}, less the random sets`,
  }));
  const controls = effects.sets.filter(({ kind }) => kind === 'control');
  const caption = `Change in ${unit}, with 95 % intervals over the items`;
  return (
    <div className="effects">
      <Table caption={caption} {...tableOf<Changes>(columns, [...sets, ...contrasts])} />
      {controls.length > 0 && (
        <>
          <p className="muted">
            Chance: how often a random set’s slope is as far out as this one’s; with{' '}
            {counted(controls.length, 'random set')} it cannot be below{' '}
            {(2 / (controls.length + 1)).toFixed(2)}.
          </p>
          <Disclosure title={`Each random set of ${effects.suite}`}>
            {() => <Table caption={`Random sets: ${caption}`} {...tableOf<Changes>(columns, controls)} />}
          </Disclosure>
        </>
      )}
    </div>
  );
}
