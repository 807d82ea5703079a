import { memberVersions } from './sweep-choice.ts';
import { Tick } from './Tick.tsx';
import type { SweepSet } from './useSweepSets.ts';

interface Props {
  /** The one whose members are told apart. */
  readonly set: SweepSet;
  readonly factors: readonly number[];
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
}

/** Whether the members of the first set are told apart, and what that costs. */
export function MembersTick({ set, factors, isSelected, onChange }: Props) {
  return (
    <Tick isSelected={isSelected} onChange={onChange}>
      Each neuron of <bdi>{set.name}</bdi> by itself and the set without it{' '}
      <span className="muted">
        tells which neurons matter most; every item is then read by{' '}
        {memberVersions(factors, set.members.length).toLocaleString('en')} more versions of the model, which
        takes as many times longer
      </span>
    </Tick>
  );
}
