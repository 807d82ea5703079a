import { useState } from 'react';
import { Button } from 'react-aria-components';
import {
  aboutSplit,
  bytesOf,
  chooseSplit,
  downloadSplit,
  type HubDataset,
  KNOWN_DATASETS,
  listDataset,
  parseHubName,
} from '../../src/datasets/hub/hub.ts';
import type { HubSplit } from '../../src/datasets/hub/splits.ts';
import type { QuestionSet } from '../../src/datasets/questions/question-set.ts';
import { hubHost } from '../models/state/hub-host.ts';
import { FileProgress } from '../ui/FileProgress.tsx';
import { LineForm } from '../ui/LineForm.tsx';
import { Pick } from '../ui/Pick.tsx';
import { useReading } from '../ui/useReading.ts';
import { Opened } from './Opened.tsx';
import { useOpening } from './useOpening.ts';

/** A data set of the Hub, and the part of it that is taken. */
interface Found {
  readonly dataset: HubDataset;
  readonly split: HubSplit;
}

const splitKey = ({ config, split }: HubSplit) => `${config}, ${split}`;

function splitLabel(split: HubSplit): string {
  const bytes = bytesOf(split);
  return bytes === undefined ? splitKey(split) : `${splitKey(split)} (${(bytes / 1e6).toFixed(1)} MB)`;
}

/** Questions from a data set on the Hugging Face Hub, by its name. */
export function ImportHub({ onSet }: { readonly onSet: (set: QuestionSet | undefined) => void }) {
  const [name, setName] = useState('');
  const [found, setFound] = useState<Found>();
  const asking = useReading();
  const opening = useOpening('identify.hub', onSet);

  async function lookUp(text: string) {
    const made = await asking.read(async ({ signal }) => {
      const wanted = parseHubName(text);
      const dataset = await listDataset(wanted.id, { host: hubHost(), signal });
      return { dataset, split: chooseSplit(dataset, wanted) };
    });
    if (made) setFound(made);
  }

  const fetchFrom = ({ dataset, split }: Found) =>
    opening.open(async (options) => ({
      table: await downloadSplit(dataset, split, options),
      about: () => aboutSplit(dataset, split),
    }));

  return (
    <>
      <div className="identify-row">
        {KNOWN_DATASETS.map(({ id, config, split: part, title }) => (
          <Button
            key={id}
            className="button-plain"
            onPress={() => {
              setName(`${id}:${config}:${part}`);
              void lookUp(`${id}:${config}:${part}`);
            }}
          >
            {title}
          </Button>
        ))}
      </div>
      <LineForm
        label="Data set on the Hugging Face Hub"
        value={name}
        placeholder="owner/name, or owner/name:config:split"
        action="Look it up"
        onChange={setName}
        onSend={() => void lookUp(name)}
      />
      <FileProgress reading={asking} label="Asking the Hub" />
      <p className="message" role="alert">
        {asking.error}
      </p>
      {found && (
        <div className="identify-row">
          <a href={found.dataset.url} target="_blank" rel="noreferrer">
            <bdi>{found.dataset.title}</bdi>
          </a>
          <span className="muted">licence: {found.dataset.licence}</span>
          <Pick
            label="Part"
            value={splitKey(found.split)}
            options={found.dataset.splits.map((each) => ({
              value: splitKey(each),
              label: splitLabel(each),
            }))}
            onChange={(key) => {
              const split = found.dataset.splits.find((each) => splitKey(each) === key);
              if (split) setFound({ ...found, split });
            }}
          />
          <Button className="button" onPress={() => void fetchFrom(found)}>
            Fetch
          </Button>
        </div>
      )}
      <Opened opening={opening} label="Reading the data set" />
    </>
  );
}
