import { EngineError } from '../../lib/errors.ts';
import { formatNeuron } from '../../neurons/layout.ts';
import type { NeuronRef } from '../../neurons/types.ts';

/** What tells a member of a set from the others. */
export interface MemberSet {
  readonly name: string;
  /** `alone`: the member by itself; `without`: the set's other members. */
  readonly kind: 'alone' | 'without';
  readonly members: readonly NeuronRef[];
  readonly neuron: NeuronRef;
}

/**
 * Every member of a set alone, then the set without each.
 * @throws EngineError `bad-input` where there are not at least two members
 */
export function memberSets(members: readonly NeuronRef[]): MemberSet[] {
  if (members.length < 2)
    throw new EngineError(
      'bad-input',
      'The first set has one neuron, so there are no members to tell apart; sweep it without its members.',
    );
  return [
    ...members.map((neuron): MemberSet => {
      const name = `${formatNeuron(neuron)} alone`;
      return { name, kind: 'alone', members: [neuron], neuron };
    }),
    ...members.map((neuron): MemberSet => {
      const others = members.filter((other) => other !== neuron);
      return { name: `without ${formatNeuron(neuron)}`, kind: 'without', members: others, neuron };
    }),
  ];
}
