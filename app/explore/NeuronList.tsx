import { memo } from 'react';
import { Button, ToggleButton } from 'react-aria-components';
import { useStore } from 'zustand';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { SetNeuron } from '../../src/neurons/set-file.ts';
import { factorOf, loneNeurons } from '../../src/steering/steering.ts';
import { Slider } from '../ui/Slider.tsx';
import { useSession } from './state/hooks.ts';
import { neuronRange } from './state/slices/steering.ts';

/** Neurons, each with a slider of its own that follows its group's until it is moved. */
export function NeuronList({ members }: { readonly members: readonly SetNeuron[] }) {
  const { selection, steering } = useSession().stores;
  const state = useStore(steering);
  const hovered = useStore(selection, ({ neuron }) => neuron && formatNeuron(neuron));
  return (
    <ul className="neurons">
      {members.map((neuron) => {
        const key = formatNeuron(neuron);
        return (
          <NeuronRow
            key={key}
            neuron={neuron}
            factor={factorOf(state, neuron)}
            own={key in state.own}
            muted={state.muted.includes(key)}
            solo={state.solo === key}
            hovered={hovered === key}
          />
        );
      })}
    </ul>
  );
}

/** Neurons with a factor of their own that are in no group. */
export function LoneNeurons() {
  const lone = loneNeurons(useStore(useSession().stores.steering));
  if (lone.length === 0) return null;
  return (
    <section className="group" aria-label="Single neurons">
      <h3 className="group-name">Single neurons</h3>
      <NeuronList members={lone} />
    </section>
  );
}

interface RowProps {
  readonly neuron: SetNeuron;
  readonly factor: number;
  readonly own: boolean;
  readonly muted: boolean;
  readonly solo: boolean;
  readonly hovered: boolean;
}

const NeuronRow = memo(function NeuronRow({ neuron, factor, own, muted, solo, hovered }: RowProps) {
  const session = useSession();
  const { selection } = session.stores;
  const key = formatNeuron(neuron);
  return (
    <li
      className={hovered ? 'neuron neuron-hovered' : 'neuron'}
      data-own={own}
      onPointerEnter={() => selection.setState({ neuron })}
      onPointerLeave={() => selection.setState({ neuron: undefined })}
    >
      <Button
        className="neuron-name"
        aria-label={`Card of neuron ${key}`}
        onPress={() => session.openCard(neuron)}
      >
        {key}
      </Button>
      <NeuronSlider neuron={neuron} factor={factor} />
      <NeuronToggles formatNeuron={key} muted={muted} solo={solo} />
      <FollowGroup formatNeuron={key} own={own} />
    </li>
  );
});

/** Gives a neuron that has a factor of its own back to its group. */
export function FollowGroup({
  formatNeuron: key,
  own,
}: {
  readonly formatNeuron: string;
  readonly own: boolean;
}) {
  const session = useSession();
  return (
    <Button
      className="button-plain neuron-follow"
      isDisabled={!own}
      aria-label={`Let ${key} follow its group`}
      onPress={() => session.setOwnFactor(key, undefined)}
    >
      ↺
    </Button>
  );
}

/** The slider of a single neuron. */
export function NeuronSlider({ neuron, factor }: { readonly neuron: SetNeuron; readonly factor: number }) {
  const session = useSession();
  const key = formatNeuron(neuron);
  return (
    <Slider
      label={`Neuron ${key}`}
      quiet
      value={factor}
      {...neuronRange}
      ticks={[1]}
      neutral={1}
      format={(value) => value.toFixed(2)}
      onChange={(next) => session.setOwnFactor(key, next)}
      onEnd={session.endStep}
    />
  );
}

interface ToggleProps {
  readonly formatNeuron: string;
  readonly muted: boolean;
  readonly solo: boolean;
  /** Whole words in place of letters. */
  readonly words?: boolean;
}

/** Mute holds a neuron at 0, solo scales it alone. */
export function NeuronToggles({ formatNeuron: key, muted, solo, words }: ToggleProps) {
  const session = useSession();
  return (
    <span className="neuron-toggles">
      <ToggleButton
        className="toggle"
        isSelected={muted}
        aria-label={`Mute ${key}`}
        onChange={(next) => session.setMuted(key, next)}
      >
        {words ? 'Mute' : 'M'}
      </ToggleButton>
      <ToggleButton
        className="toggle"
        isSelected={solo}
        aria-label={`Solo ${key}`}
        onChange={(next) => session.setSolo(next ? key : undefined)}
      >
        {words ? 'Solo' : 'S'}
      </ToggleButton>
    </span>
  );
}
