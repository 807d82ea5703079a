import { Button, FileTrigger } from 'react-aria-components';
import { useStore } from 'zustand';
import { counted } from '../../src/lib/count.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { useSession } from '../explore/state/hooks.ts';
import { readSetFile, setFileTypes } from '../explore/state/sets.ts';
import { FileProgress } from '../ui/FileProgress.tsx';
import { Tick } from '../ui/Tick.tsx';
import { useReading } from '../ui/useReading.ts';
import { SingleNeurons } from './SingleNeurons.tsx';
import type { SweepSet } from './useSweepSets.ts';

interface Props {
  readonly sets: readonly SweepSet[];
  /** Keys of those that are turned. */
  readonly chosen: readonly string[];
  readonly onChoose: (keys: readonly string[]) => void;
  readonly onImport: (set: NeuronSet) => void;
  readonly onSingle: (neurons: readonly NeuronRef[]) => void;
}

/** Which neurons are turned. */
export function Neurons({ sets, chosen, onChoose, onImport, onSingle }: Props) {
  const model = useStore(useSession().stores.model, (state) => state.model);
  const reading = useReading();
  const first = sets.find(({ key }) => key === chosen[0]);

  async function open(file: File) {
    if (!model) return;
    const set = await reading.read((options) => readSetFile(file, model, options));
    if (set) onImport(set);
  }

  return (
    <fieldset className="ticks">
      <legend>Neurons to turn</legend>
      {sets.length === 0 && (
        <p className="muted">
          {model
            ? 'No set is at hand for this model: find one on the Identify page, choose neurons in the explorer, or open a file.'
            : 'Sets are shown once a model is there.'}
        </p>
      )}
      {sets.map(({ key, name, members, from }) => (
        <Tick
          key={key}
          isSelected={chosen.includes(key)}
          onChange={(on) => onChoose(on ? [...chosen, key] : chosen.filter((other) => other !== key))}
        >
          <b>
            <bdi>{name}</bdi>
          </b>{' '}
          <span className="muted">
            {counted(members.length, 'neuron')}, {from}
          </span>
        </Tick>
      ))}
      <FileTrigger
        acceptedFileTypes={setFileTypes}
        onSelect={(files) => {
          const file = files?.item(0);
          if (file) void open(file);
        }}
      >
        <Button className="button-plain" isDisabled={!model}>
          Open a set from a file…
        </Button>
      </FileTrigger>
      <FileProgress reading={reading} />
      <p className="message" role="alert">
        {reading.error}
      </p>
      {model && <SingleNeurons model={model} onAdd={onSingle} />}
      {chosen.length > 1 && first && (
        <p className="muted">
          <bdi>{first.name}</bdi> was chosen first: the random sets are matched to it, and sentences and items
          are about it. All are in the curves.
        </p>
      )}
    </fieldset>
  );
}
