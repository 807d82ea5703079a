import { useState } from 'react';
import type { LoadedModel } from '../../src/engine/model-info.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { neuronsExample, parseNeurons } from '../explore/state/sets.ts';
import { describeError } from '../ui/describe-error.ts';
import { LineForm } from '../ui/LineForm.tsx';

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
      <LineForm
        label="Single neurons by name"
        value={named}
        placeholder={neuronsExample}
        action="Add each as a set"
        onChange={setNamed}
        onSend={add}
      />
      <p className="message" role="alert">
        {error}
      </p>
    </>
  );
}
