import { useState } from 'react';
import { Button, DropZone, FileTrigger, isFileDropItem, Text } from 'react-aria-components';
import { NO_LICENCE } from '../../src/bytes/hub.ts';
import { readTable } from '../../src/identify/import/read-table.ts';
import type { QuestionSet } from '../../src/identify/questions.ts';
import { describeError } from '../state/describe-error.ts';
import { type OpenedFile, OpenedTable } from './OpenedTable.tsx';

const types = ['.csv', '.tsv', '.txt', '.json', '.jsonl', '.ndjson', '.parquet', '.gz'];

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
      <DropZone
        className="drop"
        onDrop={async (event) => {
          const item = event.items.find(isFileDropItem);
          if (item) await open(await item.getFile());
        }}
      >
        <Text slot="label" className="muted">
          Drop a file here, or
        </Text>
        <FileTrigger
          acceptedFileTypes={types}
          onSelect={(files) => {
            const file = files?.item(0);
            if (file) void open(file);
          }}
        >
          <Button className="button">Choose a file…</Button>
        </FileTrigger>
      </DropZone>
      <p className="message" role="alert">
        {error}
      </p>
      {opened && opened.file.format !== 'h-neuron-questions' && (
        <OpenedTable key={opened.file.name} table={opened.file} about={opened.about} onSet={onSet} />
      )}
    </>
  );
}
