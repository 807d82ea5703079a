import { useEffect, useState } from 'react';
import { Button, Dialog, DialogTrigger, FileTrigger, Popover } from 'react-aria-components';
import { useStore } from 'zustand';
import type { LoadedModel } from '../../src/engine/model-info.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { describeError } from '../ui/describe-error.ts';
import { FileProgress } from '../ui/FileProgress.tsx';
import { LineForm } from '../ui/LineForm.tsx';
import { useReading } from '../ui/useReading.ts';
import { useSession } from './state/hooks.ts';
import {
  neuronsExample,
  noteOnSet,
  parseNeurons,
  readSetFile,
  setFileTypes,
  shippedSets,
} from './state/sets.ts';

/** Where further groups come from. */
export function AddNeurons() {
  const model = useStore(useSession().stores.model, (state) => state.model);
  return (
    <DialogTrigger>
      <Button className="button" isDisabled={!model}>
        Add neurons…
      </Button>
      <Popover className="popover" placement="bottom start">
        <Dialog className="dialog" aria-label="Add neurons">
          {({ close }) => model && <Sources model={model} close={close} />}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

function Sources({ model, close }: { readonly model: LoadedModel; readonly close: () => void }) {
  const session = useSession();
  const [sets, setSets] = useState<readonly NeuronSet[]>([]);
  const [named, setNamed] = useState('');
  const reading = useReading();

  useEffect(() => {
    let open = true;
    void shippedSets(document.baseURI, model).then((found) => open && setSets(found));
    return () => {
      open = false;
    };
  }, [model]);

  /** Closes where nothing was refused. */
  function done(refused: string | undefined) {
    reading.say(refused);
    if (!refused) close();
  }

  function add(set: NeuronSet) {
    const refused = session.addSet(set);
    const note = noteOnSet(set, model);
    if (!refused && note) session.stores.notice.setState({ text: note });
    done(refused);
  }

  async function open(file: File) {
    const set = await reading.read((options) => readSetFile(file, model, options));
    if (set) add(set);
  }

  function addNamed() {
    try {
      done(session.addGroup('My neurons', parseNeurons(named, model.layout)));
    } catch (thrown) {
      reading.say(describeError(thrown));
    }
  }

  return (
    <>
      {sets.length > 0 && (
        <section className="sources" aria-label="Sets beside this page">
          {sets.map((set) => (
            <Button key={set.name} className="button" onPress={() => add(set)}>
              <bdi>{set.name}</bdi> ({set.neurons.length})
            </Button>
          ))}
        </section>
      )}
      <section className="sources" aria-label="From this model or a file">
        <Button
          className="button"
          onPress={() => done(session.addGroup('Most active neurons', model.mostActive, 'active'))}
        >
          {model.mostActive.length} most active neurons
        </Button>
        <FileTrigger
          acceptedFileTypes={setFileTypes}
          onSelect={(files) => {
            const file = files?.item(0);
            if (file) void open(file);
          }}
        >
          <Button className="button">Open a neuron set…</Button>
        </FileTrigger>
        <p className="muted">
          A set of this page, a table of layer, neuron and weight (CSV, TSV), coefficients of all neurons
          (.npy, .npz), or the JSON of a replication.
        </p>
      </section>
      <LineForm
        label="Neurons by name"
        value={named}
        placeholder={neuronsExample}
        action="Add as a group"
        onChange={setNamed}
        onSend={addNamed}
      />
      <FileProgress reading={reading} />
      <p className="message" role="alert">
        {reading.error}
      </p>
    </>
  );
}
