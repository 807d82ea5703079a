import { useState } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { useStore } from 'zustand';
import { HUB } from '../../src/lib/bytes/hub.ts';
import type { HubSource, ModelSource } from '../../src/model/source.ts';
import { useSession } from '../explore/state/hooks.ts';
import { pickedFiles } from '../models/dropped.ts';
import { modelIn } from '../models/open-files.ts';
import { bytesText } from '../models/sizes.ts';
import { hubHost } from '../models/state/hub-host.ts';
import { parseHubName } from '../models/state/hub-name.ts';
import { useSurvey } from '../models/useSurvey.ts';
import { Choice } from '../ui/Choice.tsx';
import { describeError } from '../ui/describe-error.ts';
import { LineForm } from '../ui/LineForm.tsx';
import { Pick } from '../ui/Pick.tsx';

type Place = 'loaded' | 'disk' | 'hub';

interface Props {
  readonly label: string;
  readonly source: ModelSource | undefined;
  /** Offers the loaded model, too; called when that is chosen or left. */
  readonly onLoaded?: (isLoaded: boolean) => void;
  readonly onSource: (source: ModelSource | undefined) => void;
}

/** A model whose weights are compared: the loaded one, files of the person's, or a repository of the Hub. */
export function ModelPick({ label, source, onLoaded, onSource }: Props) {
  const last = useStore(useSession().stores.model, (state) => state.last);
  const [place, setPlace] = useState<Place>(onLoaded ? 'loaded' : 'disk');
  const options = [
    ...(onLoaded ? [{ value: 'loaded' as const, label: 'The loaded model', disabled: !last }] : []),
    { value: 'disk' as const, label: 'From disk' },
    { value: 'hub' as const, label: 'From the Hub' },
  ];

  function choose(next: Place) {
    setPlace(next);
    onLoaded?.(next === 'loaded');
    onSource(undefined);
  }

  return (
    <section className="model-pick" aria-label={label}>
      <Choice label={label} value={place} options={options} onChange={choose} />
      {place === 'loaded' && <p className="muted">{last ? last.model.name : 'No model is loaded yet.'}</p>}
      {place === 'disk' && <Files source={source} onSource={onSource} />}
      {place === 'hub' && <Hub onSource={onSource} />}
    </section>
  );
}

interface PartProps {
  readonly onSource: Props['onSource'];
}

function Files({ source, onSource }: PartProps & { readonly source: Props['source'] }) {
  const [error, setError] = useState('');
  function open(list: FileList | null) {
    if (!list || list.length === 0) return;
    const found = modelIn(pickedFiles(list));
    setError(
      found
        ? ''
        : 'There is no model among these files; choose a .gguf file, or the folder of an ONNX export.',
    );
    onSource(found);
  }
  const chosen = source?.kind === 'files' ? source.files : [];
  const bytes = chosen.reduce((sum, { file }) => sum + file.size, 0);
  return (
    <>
      <div className="identify-row">
        <FileTrigger allowsMultiple onSelect={open}>
          <Button className="button">Choose files…</Button>
        </FileTrigger>
        <FileTrigger acceptDirectory onSelect={open}>
          <Button className="button">Choose a folder…</Button>
        </FileTrigger>
        <span role="status">
          {chosen.length > 0 &&
            `${chosen[0]?.path}${chosen.length > 1 ? ` and ${chosen.length - 1} more` : ''}, ${bytesText(bytes)}`}
        </span>
      </div>
      <p className="message" role="alert">
        {error}
      </p>
    </>
  );
}

function Hub({ onSource }: PartProps) {
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState<HubSource>();
  const [error, setError] = useState('');
  function lookUp() {
    onSource(undefined);
    try {
      setWanted({ kind: 'hub', host: hubHost(), ...parseHubName(text) });
      setError('');
    } catch (thrown) {
      setWanted(undefined);
      setError(describeError(thrown));
    }
  }
  return (
    <>
      <LineForm
        label="Repository"
        value={text}
        placeholder="owner/name"
        action="Look it up"
        onChange={setText}
        onSend={lookUp}
      />
      <p className="message" role="alert">
        {error}
      </p>
      {wanted && <Offered key={JSON.stringify(wanted)} source={wanted} onSource={onSource} />}
    </>
  );
}

/** What a repository offers; what is picked is fetched when the models are compared. */
function Offered({ source, onSource }: PartProps & { readonly source: HubSource }) {
  const { survey, error } = useSurvey(source);
  const [chosen, setChosen] = useState('');
  if (error !== undefined)
    return (
      <p className="message" role="alert">
        {error}
      </p>
    );
  if (!survey)
    return (
      <p className="muted" role="status">
        Asking {new URL(source.host ?? HUB).host} what it has…
      </p>
    );
  return (
    <Pick
      label="Weights"
      value={chosen}
      options={[
        { value: '', label: 'choose…' },
        ...survey.choices.map(({ id, bytes, kept }) => ({
          value: id,
          label: `${id}, ${bytesText(bytes)}${kept ? ', kept here' : ''}`,
        })),
      ]}
      onChange={(id) => {
        setChosen(id);
        const choice = survey.choices.find((each) => each.id === id);
        onSource(choice && { ...source, revision: survey.revision, precision: undefined, file: choice.file });
      }}
    />
  );
}
