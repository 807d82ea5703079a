import type { SuiteEffects } from '../../src/impact/effects.ts';
import type { Measured } from '../../src/impact/measured.ts';
import { Disclosure } from '../controls/Disclosure.tsx';
import { Table } from '../controls/Table.tsx';
import { changeText, type ShownMeasure } from './effect-words.ts';

interface Props {
  readonly alphas: readonly number[];
  readonly effects: SuiteEffects;
  readonly measure: ShownMeasure;
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
  const head = ['', ...parts.map((part) => part.head), 'Chance'];
  const text = (estimate: Measured<Parameters<typeof changeText>[1]>) =>
    changeText(measure, estimate[measure]);
  const row = (set: SuiteEffects['sets'][number]) => [set.name, ...parts.map(({ of }) => text(set[of])), ''];
  const sets = effects.sets.filter(({ kind }) => kind === 'set').map(row);
  const contrasts = effects.contrasts.map(({ name, endpoints, slope, p }) => [
    `${name}, less the random sets`,
    ...parts.map(({ of }) => (of === 'endpoints' ? text(endpoints) : of === 'slope' ? text(slope) : '')),
    p[measure].toFixed(2),
  ]);
  const controls = effects.sets.filter(({ kind }) => kind === 'control').map(row);
  const caption = `Change in ${unit}, with 95 % intervals over the items`;
  return (
    <div className="effects">
      <Table caption={caption} head={head} rows={[...sets, ...contrasts]} />
      {controls.length > 0 && (
        <>
          <p className="muted">
            Chance: how often a random set’s slope is as far out as this one’s; with {controls.length} random
            set
            {controls.length === 1 ? '' : 's'} it cannot be below {(2 / (controls.length + 1)).toFixed(2)}.
          </p>
          <Disclosure title={`Each random set of ${effects.suite}`}>
            {() => <Table caption={`Random sets: ${caption}`} head={head} rows={controls} />}
          </Disclosure>
        </>
      )}
    </div>
  );
}
