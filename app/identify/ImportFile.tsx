import { NO_LICENCE } from '../../src/bytes/hub.ts';
import type { QuestionSet } from '../../src/identify/questions.ts';
import { FileDrop, tableTypes } from '../controls/FileDrop.tsx';
import { tableOfFile } from '../state/read-file.ts';
import { Opened } from './Opened.tsx';
import { useOpening } from './useOpening.ts';

/** Questions from a file of the person's. */
export function ImportFile({ onSet }: { readonly onSet: (set: QuestionSet | undefined) => void }) {
  const opening = useOpening('identify.file', onSet);

  const open = (file: File) =>
    opening.open(async () => ({
      table: tableOfFile(file),
      about: (name) => ({
        name: file.name.replace(/\.\w+$/, ''),
        source: { name, licence: NO_LICENCE },
      }),
    }));

  return (
    <>
      <FileDrop
        label="Drop a file here, or"
        button="Choose a file…"
        types={tableTypes}
        onFile={(file) => void open(file)}
      />
      <Opened opening={opening} label="Reading the file" />
    </>
  );
}
