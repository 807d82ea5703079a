import { Tick } from '../ui/Tick.tsx';

interface Props {
  /** Name of the set whose members are told apart. */
  readonly set: string;
  /** Versions of the model that every item is read by, without it and with it. */
  readonly versions: { readonly without: number; readonly with: number };
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
}

/** Whether the members of the first set are told apart, and what that costs. */
export function MembersTick({ set, versions, isSelected, onChange }: Props) {
  const times = versions.with / versions.without;
  return (
    <Tick isSelected={isSelected} onChange={onChange}>
      Each neuron of the set by itself and the set without it{' '}
      <span className="muted">
        (tells which neurons of <bdi>{set}</bdi> matter most; every item is then read by{' '}
        {versions.with.toLocaleString('en')} versions of the model instead of{' '}
        {versions.without.toLocaleString('en')}, which takes about {times.toFixed(times < 10 ? 1 : 0)} times
        as long)
      </span>
    </Tick>
  );
}
