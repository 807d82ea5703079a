import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { Slider } from '../controls/Slider.tsx';
import { useSession } from '../state/hooks.ts';
import { factorOf, neuronKey } from '../state/slices/steering.ts';

/** The set's neurons, each with a slider of its own that follows the set's until it is moved. */
export function NeuronList() {
  const session = useSession();
  const { selection, steering } = session.stores;
  const state = useStore(steering);
  const hovered = useStore(selection, ({ neuron }) => neuron && neuronKey(neuron));
  return (
    <section className="neurons" aria-label="Neurons of the set">
      <h2>{state.name}</h2>
      <ul>
        {state.members.map((neuron) => {
          const key = neuronKey(neuron);
          const own = key in state.own;
          return (
            <li
              key={key}
              className={key === hovered ? 'neuron neuron-hovered' : 'neuron'}
              data-own={own}
              onPointerEnter={() => selection.setState({ neuron })}
              onPointerLeave={() => selection.setState({ neuron: undefined })}
            >
              <span className="neuron-name">{key}</span>
              <Slider
                label={`Neuron ${key}`}
                quiet
                value={factorOf(state, neuron)}
                min={0}
                max={3}
                step={0.05}
                ticks={[1]}
                neutral={1}
                format={(value) => value.toFixed(2)}
                onChange={(factor) => session.setOwnFactor(key, factor)}
              />
              <Button
                className="button-plain neuron-follow"
                isDisabled={!own}
                aria-label={`Let ${key} follow the set`}
                onPress={() => session.setOwnFactor(key, undefined)}
              >
                ↺
              </Button>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
