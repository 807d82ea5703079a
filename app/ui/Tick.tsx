import type { ReactNode } from 'react';
import { Checkbox } from 'react-aria-components';

interface Props {
  readonly isSelected: boolean;
  readonly onChange: (selected: boolean) => void;
  readonly children: ReactNode;
}

/** A box to tick, with its words. */
export function Tick({ isSelected, onChange, children }: Props) {
  return (
    <Checkbox className="check tick-box" isSelected={isSelected} onChange={onChange}>
      <span className="check-box" aria-hidden="true" />
      <span className="tick-words">{children}</span>
    </Checkbox>
  );
}
