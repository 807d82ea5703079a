import { useEffect, useRef, useState } from 'react';
import { NO_LICENCE } from '../../src/bytes/hub.ts';
import type { AboutSet } from '../../src/identify/import/question-set.ts';
import type { TableHead } from '../../src/identify/import/table.ts';
import type { QuestionSet } from '../../src/identify/questions.ts';
import type { Progress } from '../../src/protocol/messages.ts';
import { FileDrop, tableTypes } from '../controls/FileDrop.tsx';
import { FileProgress } from '../controls/FileProgress.tsx';
import { describeError } from '../state/describe-error.ts';
import { readInWorker } from '../state/read-file.ts';
import { OpenedTable } from './OpenedTable.tsx';

interface Opened {
  readonly file: File;
  readonly table: TableHead;
  readonly about: AboutSet;
}

/** Questions from a file of the person's. */
export function ImportFile({ onSet }: { readonly onSet: (set: QuestionSet | undefined) => void }) {
  const [opened, setOpened] = useState<Opened>();
  const [error, setError] = useState<string>();
  const [progress, setProgress] = useState<Progress | 'start'>();
  const abort = useRef<AbortController>(undefined);
  useEffect(() => () => abort.current?.abort(), []);

  /** Reads in a worker, with progress; a newer reading takes the place of an older. */
  async function reading<T>(read: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
    abort.current?.abort();
    const own = new AbortController();
    abort.current = own;
    setError(undefined);
    setProgress('start');
    try {
      const result = await read(own.signal);
      return own.signal.aborted ? undefined : result;
    } catch (thrown) {
      if (!own.signal.aborted) setError(describeError(thrown));
      return undefined;
    } finally {
      if (abort.current === own) setProgress(undefined);
    }
  }

  async function open(file: File) {
    setOpened(undefined);
    onSet(undefined);
    const read = await reading((signal) =>
      readInWorker('open', { file }, { signal, onProgress: setProgress }),
    );
    if (!read) return;
    const about = {
      name: file.name.replace(/\.\w+$/, ''),
      source: { name: read.name, licence: NO_LICENCE },
    };
    if (read.format === 'h-neuron-questions') onSet(read.set);
    else setOpened({ file, table: read, about });
  }

  return (
    <>
      <FileDrop
        label="Drop a file here, or"
        button="Choose a file…"
        types={tableTypes}
        onFile={(file) => void open(file)}
      />
      {progress !== undefined && <FileProgress progress={progress} onStop={() => abort.current?.abort()} />}
      <p className="message" role="alert">
        {error}
      </p>
      {opened && (
        <OpenedTable
          key={opened.table.name}
          table={opened.table}
          about={opened.about}
          take={(mapping) =>
            reading((signal) =>
              readInWorker(
                'questions',
                { file: opened.file, mapping, about: opened.about },
                { signal, onProgress: setProgress },
              ),
            )
          }
          onSet={onSet}
        />
      )}
    </>
  );
}
