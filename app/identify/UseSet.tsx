import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { counted } from '../../src/lib/count.ts';
import type { SetFormat } from '../../src/neurons/formats/write.ts';
import { matchModels } from '../../src/neurons/set-model.ts';
import { usePages, useSession } from '../explore/state/hooks.ts';
import { asSetModel, noteOnSet } from '../explore/state/sets.ts';
import { offeredFormats, saveSet } from '../export/sets.ts';
import { describeError } from '../ui/describe-error.ts';
import { Part } from '../ui/Step.tsx';
import { makeMain } from './make-main.ts';
import { type KnownSet, useKnownSets } from './useKnownSets.ts';

/** What can be done with a set: turn it in the explorer, or take it away. */
export function UseSet() {
  const sets = useKnownSets();
  return (
    <Part
      number={5}
      title="Use them"
      about={
        <p>
          In the explorer the set gets the main slider: turn its neurons up and down and watch the answer.
        </p>
      }
    >
      {sets.length === 0 ? (
        <p className="muted">Once a set is found it can be used here.</p>
      ) : (
        <ul className="use-sets">
          {sets.map((known) => (
            <SetItem key={known.key} known={known} />
          ))}
        </ul>
      )}
    </Part>
  );
}

function SetItem({ known: { set, foundHere } }: { readonly known: KnownSet }) {
  const session = useSession();
  const pages = usePages();
  const model = useStore(session.stores.model);
  const [error, setError] = useState<string>();
  const fits = model.model && matchModels(set.model, asSetModel(model.model)).match !== 'other';
  const note = model.model && noteOnSet(set, model.model);
  const ready = model.status === 'ready';

  async function save(format: SetFormat) {
    try {
      await saveSet(set, format);
    } catch (thrown) {
      setError(describeError(thrown));
    }
  }

  function use() {
    const refused = makeMain(session, set);
    setError(refused);
    if (!refused) pages.go('explore');
  }

  return (
    <li>
      <p>
        <b>
          <bdi>{set.name}</bdi>
        </b>
        , {counted(set.neurons.length, 'neuron')}, {foundHere ? 'found here' : 'comes with this page'}
        {ready && fits && note !== undefined && <span className="muted"> ({note})</span>}
        {ready && !fits && (
          <span className="muted">
            {' '}
            in <bdi>{set.model.name}</bdi>; load that model to use it
          </span>
        )}
      </p>
      <div className="identify-row">
        <Button
          className={foundHere ? 'button button-main' : 'button'}
          aria-label={`Use ${set.name} in the explorer`}
          isDisabled={!ready || !fits || set.neurons.length === 0}
          onPress={use}
        >
          Use in the explorer
        </Button>
        <span className="muted">Save as</span>
        {offeredFormats.map((format) => (
          <Button
            key={format}
            className="button-plain"
            aria-label={`${set.name} as ${format.toUpperCase()}`}
            onPress={() => void save(format)}
          >
            {format.toUpperCase()}
          </Button>
        ))}
      </div>
      <p className="message" role="alert">
        {error}
      </p>
    </li>
  );
}
