import type { QuestionSet } from '../../src/datasets/questions/question-set.ts';
import { NO_LICENCE } from '../../src/lib/bytes/hub.ts';
import { tableOfFile } from '../studies/read-file.ts';
import { FileDrop, tableTypes } from '../ui/FileDrop.tsx';
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
