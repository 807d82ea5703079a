import { useState } from 'react';
import { Button } from 'react-aria-components';
import { HUB } from '../../src/lib/bytes/hub.ts';
import { precisions } from '../../src/saved/hub-place.ts';
import { useSession } from '../explore/state/hooks.ts';
import { describeError } from '../ui/describe-error.ts';
import { Line } from '../ui/Field.tsx';
import { Pick } from '../ui/Pick.tsx';
import { HubOffer } from './HubOffer.tsx';
import { hubHost, keepHubHost } from './state/hub-host.ts';
import { type HubName, parseHubName } from './state/hub-name.ts';

const precisionOptions = [
  { value: 'auto', label: 'what suits the device' },
  ...precisions.map((value) => ({ value, label: value })),
] as const;

type PrecisionOption = (typeof precisionOptions)[number]['value'];

/** Any repository of the Hub, by name or address. */
export function HubPart() {
  const { chooser } = useSession().stores;
  const [first] = useState(() => chooser.getState().wanted);
  const [text, setText] = useState(first?.repository ?? '');
  const [revision, setRevision] = useState(first?.revision ?? '');
  const [precision, setPrecision] = useState<PrecisionOption>(first?.precision ?? 'auto');
  const [wanted, setWanted] = useState(first);
  const [error, setError] = useState('');
  const [host, setHost] = useState(hubHost);

  function lookUp() {
    try {
      const name = parseHubName(text);
      setWanted({
        ...name,
        revision: revision.trim() || name.revision,
        precision: precision === 'auto' ? name.precision : precision,
      });
      setError('');
    } catch (thrown) {
      setWanted(undefined);
      setError(describeError(thrown));
    }
  }

  return (
    <div className="hub-part">
      <form
        className="hub-fields"
        onSubmit={(event) => {
          event.preventDefault();
          lookUp();
        }}
      >
        <p className="muted">
          Any model on the Hugging Face Hub that has ONNX files (transformers.js, Optimum) or GGUF files.
          First you see what there is, how large it is and whether it fits.
        </p>
        <Line
          label="Repository"
          value={text}
          placeholder="owner/name, or its address on huggingface.co"
          onChange={setText}
        />
        <div className="hub-row">
          <Line label="Revision" value={revision} placeholder="main" onChange={setRevision} />
          <Pick label="Precision" value={precision} options={precisionOptions} onChange={setPrecision} />
        </div>
        <Button type="submit" className="button button-main" isDisabled={text.trim() === ''}>
          Look it up
        </Button>
        <p className="message" role="alert">
          {error}
        </p>
        <Mirror host={host} onHost={setHost} />
      </form>
      <section className="hub-found" aria-label="Repository">
        {wanted && <HubOffer key={JSON.stringify([wanted, host])} wanted={wanted} title={nameOf(wanted)} />}
      </section>
    </div>
  );
}

const nameOf = ({ repository }: HubName) => repository.slice(repository.indexOf('/') + 1);

interface MirrorProps {
  readonly host: string | undefined;
  readonly onHost: (host: string | undefined) => void;
}

/** The host that takes the Hub's place in this browser. */
function Mirror({ host, onHost }: MirrorProps) {
  const [text, setText] = useState(host ?? '');
  const [first] = useState(host);
  const [isNew, setIsNew] = useState(false);
  const [said, setSaid] = useState<{ readonly text: string; readonly wrong: boolean }>();
  function keep() {
    try {
      const kept = keepHubHost(text);
      onHost(kept);
      setText(kept ?? '');
      const isNew = kept !== undefined && kept !== first;
      setIsNew(isNew);
      setSaid({
        text: `Models come from ${kept ?? HUB}.${isNew ? ' Reload the page, so that it may connect to it.' : ''}`,
        wrong: false,
      });
    } catch (thrown) {
      setSaid({ text: describeError(thrown), wrong: true });
    }
  }
  return (
    <div className="mirror">
      <Line
        label="Mirror"
        hint="Where huggingface.co is blocked: a host with the same files. This browser remembers it."
        value={text}
        placeholder={HUB}
        onChange={setText}
      />
      <div className="hub-row">
        <Button className="button" onPress={keep}>
          Use this host
        </Button>
        <span className={said?.wrong ? 'message' : 'muted'} role="status">
          {said?.text}
        </span>
        {isNew && (
          <Button className="button" onPress={() => location.reload()}>
            Reload the page
          </Button>
        )}
      </div>
    </div>
  );
}
