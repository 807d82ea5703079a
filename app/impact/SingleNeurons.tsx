import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { LoadedModel, NeuronRef } from '../../src/protocol/messages.ts';
import { Line } from '../controls/Field.tsx';
import { describeError } from '../state/describe-error.ts';
import { parseNeurons } from '../state/sets.ts';

interface Props {
  readonly model: LoadedModel;
  readonly onAdd: (neurons: readonly NeuronRef[]) => void;
}

/** Neurons by name, each of which is turned by itself. */
export function SingleNeurons({ model, onAdd }: Props) {
  const [named, setNamed] = useState('');
  const [error, setError] = useState<string>();

  function add() {
    try {
      onAdd(parseNeurons(named, model.layout));
      setNamed('');
      setError(undefined);
    } catch (thrown) {
      setError(describeError(thrown));
    }
  }

  return (
    <>
      <form
        className="hub-form"
        onSubmit={(event) => {
          event.preventDefault();
          add();
        }}
      >
        <Line
          label="Single neurons by name"
          value={named}
          placeholder="layer:neuron, for example 12:345, 3:7"
          onChange={setNamed}
        />
        <Button type="submit" className="button" isDisabled={named.trim() === ''}>
          Add each as a set
        </Button>
      </form>
      <p className="message" role="alert">
        {error}
      </p>
    </>
  );
}
