import { useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import {
  aboutSplit,
  bytesOf,
  chooseSplit,
  fetchSplit,
  type HubDataset,
  KNOWN_DATASETS,
  listDataset,
  parseHubName,
} from '../../src/identify/import/hub.ts';
import type { HubSplit } from '../../src/identify/import/hub-splits.ts';
import { type AboutSet, toQuestionSet } from '../../src/identify/import/question-set.ts';
import type { Table } from '../../src/identify/import/table.ts';
import type { QuestionSet } from '../../src/identify/questions.ts';
import type { Progress } from '../../src/protocol/messages.ts';
import { LineForm } from '../controls/LineForm.tsx';
import { Pick } from '../controls/Pick.tsx';
import { ProgressBar } from '../controls/ProgressBar.tsx';
import { describeError } from '../state/describe-error.ts';
import { hubHost } from '../state/hub-host.ts';
import { describeProgress } from '../state/progress.ts';
import { type OpenedFile, OpenedTable } from './OpenedTable.tsx';

const splitKey = ({ config, split }: HubSplit) => `${config}, ${split}`;

function splitLabel(split: HubSplit): string {
  const bytes = bytesOf(split);
  return bytes === undefined ? splitKey(split) : `${splitKey(split)} (${(bytes / 1e6).toFixed(1)} MB)`;
}

/** Questions from a data set on the Hugging Face Hub, by its name. */
export function ImportHub({ onSet }: { readonly onSet: (set: QuestionSet | undefined) => void }) {
  const [name, setName] = useState('');
  const [dataset, setDataset] = useState<HubDataset>();
  const [split, setSplit] = useState<HubSplit>();
  const [opened, setOpened] = useState<OpenedFile>();
  const [progress, setProgress] = useState<Progress | 'asking'>();
  const [error, setError] = useState<string>();
  const abort = useRef<AbortController>(undefined);

  /** Does something that can be stopped, and says what went wrong. */
  async function attempt(action: (signal: AbortSignal) => Promise<void>) {
    abort.current?.abort();
    const controller = new AbortController();
    abort.current = controller;
    setError(undefined);
    setProgress('asking');
    try {
      await action(controller.signal);
    } catch (thrown) {
      if (!controller.signal.aborted) setError(describeError(thrown));
    } finally {
      if (abort.current === controller) setProgress(undefined);
    }
  }

  const lookUp = (text: string) =>
    attempt(async (signal) => {
      setOpened(undefined);
      setDataset(undefined);
      onSet(undefined);
      const wanted = parseHubName(text);
      const found = await listDataset(wanted.id, { host: hubHost(), signal });
      setDataset(found);
      setSplit(chooseSplit(found, wanted));
    });

  const get = (from: HubDataset, part: HubSplit) =>
    attempt(async (signal) => {
      const file = await fetchSplit(from, part, { signal, onProgress: setProgress });
      setOpened({ file, about: aboutSplit(from, part) });
      if (file.format === 'h-neuron-questions') onSet(file.set);
    });

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
      {progress !== undefined && (
        <div className="identify-row">
          <HubProgress progress={progress} />
          <Button className="button-plain" onPress={() => abort.current?.abort()}>
            Stop
          </Button>
        </div>
      )}
      <p className="message" role="alert">
        {error}
      </p>
      {dataset && split && (
        <div className="identify-row">
          <a href={dataset.url} target="_blank" rel="noreferrer">
            <bdi>{dataset.title}</bdi>
          </a>
          <span className="muted">licence: {dataset.licence}</span>
          <Pick
            label="Part"
            value={splitKey(split)}
            options={dataset.splits.map((each) => ({ value: splitKey(each), label: splitLabel(each) }))}
            onChange={(key) => setSplit(dataset.splits.find((each) => splitKey(each) === key))}
          />
          <Button className="button" onPress={() => void get(dataset, split)}>
            Fetch
          </Button>
        </div>
      )}
      {opened && opened.file.format !== 'h-neuron-questions' && (
        <HubTable key={opened.file.name} table={opened.file} about={opened.about} onSet={onSet} />
      )}
    </>
  );
}

interface HubTableProps {
  readonly table: Table;
  readonly about: AboutSet;
  readonly onSet: (set: QuestionSet) => void;
}

function HubTable({ table, about, onSet }: HubTableProps) {
  return (
    <OpenedTable
      table={table}
      about={about}
      take={(mapping) => toQuestionSet(table, mapping, about)}
      onSet={onSet}
    />
  );
}

function HubProgress({ progress }: { readonly progress: Progress | 'asking' }) {
  const share = progress !== 'asking' && progress.total ? progress.done / progress.total : undefined;
  return (
    <ProgressBar
      label="Fetching the data set"
      share={share}
      numbers={progress !== 'asking' && progress.unit === 'bytes' && describeProgress(progress)}
    >
      {progress === 'asking' ? 'Asking the Hub' : progress.stage}
    </ProgressBar>
  );
}
