import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { neuronsIn } from '../charts/map-view.ts';
import { useSelected, useSession } from './state/hooks.ts';

const fewMost = 20;

function span([from, to]: readonly [number, number], one: string): string {
  return from === to ? `${one} ${from}` : `${one}s ${from} to ${to}`;
}

/** What is brushed on the neuron map, and what can be made of it. */
export function BrushBar() {
  const session = useSession();
  const { stores, details } = session;
  const at = useSelected();
  const box = useStore(stores.selection, (state) => state.box);
  const layout = useStore(stores.model, (state) => state.model?.layout);
  const [problem, setProblem] = useState<string>();
  if (!box || !layout) return null;
  const neurons = neuronsIn(box, layout);
  const place = `${span(box.layers, 'layer')}, ${span(box.neurons, 'neuron')}`;

  function add(name: string, members: readonly NeuronRef[]): void {
    const refused = session.addGroup(name, members, 'custom');
    setProblem(refused);
    if (!refused) stores.selection.setState({ box: undefined });
  }

  function addMost(): void {
    const values = details.all(at);
    if (!values || !layout) {
      setProblem('Their values are not there yet: zoom in, then try again.');
      return;
    }
    const value = ({ layer, neuron }: NeuronRef) => values[layout.offsets[layer]! + neuron]!;
    const most = [...neurons].sort((a, b) => value(b) - value(a)).slice(0, fewMost);
    add(`${fewMost} most active of ${place}`, most);
  }

  return (
    <div className="brush-bar" role="status">
      <span>
        <b>{neurons.length.toLocaleString('en')}</b> {neurons.length === 1 ? 'neuron' : 'neurons'}: {place}
      </span>
      <Button className="button button-small" onPress={() => add(place, neurons)}>
        Make a group
      </Button>
      {neurons.length > fewMost && (
        <Button className="button button-small" onPress={addMost}>
          Of the {fewMost} most active
        </Button>
      )}
      <Button className="button-plain" onPress={() => stores.selection.setState({ box: undefined })}>
        Clear
      </Button>
      {problem && <p role="alert">{problem}</p>}
    </div>
  );
}
