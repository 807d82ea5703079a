import { type KeyboardEvent, useState } from 'react';
import { Button, Checkbox } from 'react-aria-components';
import { counted } from '../../src/lib/count.ts';
import type { SteeredGroup } from '../../src/steering/types.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { Slider } from '../ui/Slider.tsx';
import { Known } from './Known.tsx';
import { NeuronList } from './NeuronList.tsx';
import { SetFacts } from './SetFacts.tsx';
import { useSession } from './state/hooks.ts';
import { groupRange } from './state/slices/steering.ts';

/** Groups of at most this size show their neurons at once. */
const shownAtOnce = 8;

/** One group: on or off, its scale, its neurons. The first one's slider is the main one and stands above. */
export function GroupItem({ group, first }: { readonly group: SteeredGroup; readonly first: boolean }) {
  const session = useSession();
  const { id, name, kind, members, set, factor, on } = group;
  const count = counted(members.length, 'neuron');
  return (
    <li className="group" data-on={on}>
      <div className="group-head">
        <Checkbox
          className="check"
          isSelected={on}
          aria-label={`${name} on`}
          onChange={(next) => session.changeGroup(id, { on: next })}
        >
          <span className="check-box" aria-hidden="true" />
        </Checkbox>
        {kind === 'custom' ? (
          <GroupName key={name} id={id} name={name} />
        ) : (
          <h3 className="group-name">
            <bdi>{name}</bdi>
          </h3>
        )}
        <Button
          className="button-plain group-remove"
          aria-label={`Remove ${name}`}
          onPress={() => session.removeGroup(id)}
        >
          ×
        </Button>
      </div>
      {!first && (
        <Slider
          label={`Scale of ${name}`}
          quiet
          value={factor}
          {...groupRange}
          ticks={[1]}
          neutral={1}
          format={(value) => value.toFixed(2)}
          onChange={(next) => session.setGroupFactor(id, next)}
          onEnd={session.endStep}
        />
      )}
      {!first && <Known group={group} />}
      {first && members.length <= shownAtOnce ? (
        <NeuronList members={members} />
      ) : (
        <Disclosure title={count}>{() => <NeuronList members={members} />}</Disclosure>
      )}
      {set && <Disclosure title="About this set">{() => <SetFacts set={set} />}</Disclosure>}
    </li>
  );
}

/** The name of a group of the person's own, which can be changed. */
function GroupName({ id, name }: { readonly id: string; readonly name: string }) {
  const session = useSession();
  const [text, setText] = useState(name);
  function keep() {
    if (text.trim() === '') setText(name);
    else if (text !== name) session.changeGroup(id, { name: text });
  }
  function key(event: KeyboardEvent<HTMLInputElement>) {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Enter') event.currentTarget.blur();
    if (event.key !== 'Escape') return;
    event.preventDefault();
    setText(name);
  }
  return (
    <input
      className="group-name"
      aria-label={`Name of ${name}`}
      value={text}
      dir="auto"
      onChange={(event) => setText(event.target.value)}
      onBlur={keep}
      onKeyDown={key}
    />
  );
}
