import { useState } from 'react';
import { NO_LICENCE } from '../../src/bytes/hub.ts';
import { readTable } from '../../src/identify/import/read-table.ts';
import type { QuestionSet } from '../../src/identify/questions.ts';
import { FileDrop, tableTypes } from '../controls/FileDrop.tsx';
import { describeError } from '../state/describe-error.ts';
import { type OpenedFile, OpenedTable } from './OpenedTable.tsx';

/** Questions from a file of the person's. */
export function ImportFile({ onSet }: { readonly onSet: (set: QuestionSet | undefined) => void }) {
  const [opened, setOpened] = useState<OpenedFile>();
  const [error, setError] = useState<string>();

  async function open(file: File) {
    setError(undefined);
    setOpened(undefined);
    onSet(undefined);
    try {
      const read = await readTable(file, file.name);
      const about = {
        name: file.name.replace(/\.\w+$/, ''),
        source: { name: file.name, licence: NO_LICENCE },
      };
      setOpened({ file: read, about });
      if (read.format === 'h-neuron-questions') onSet(read.set);
    } catch (thrown) {
      setError(describeError(thrown));
    }
  }

  return (
    <>
      <FileDrop
        label="Drop a file here, or"
        button="Choose a file…"
        types={tableTypes}
        onFile={(file) => void open(file)}
      />
      <p className="message" role="alert">
        {error}
      </p>
      {opened && opened.file.format !== 'h-neuron-questions' && (
        <OpenedTable key={opened.file.name} table={opened.file} about={opened.about} onSet={onSet} />
      )}
    </>
  );
}
