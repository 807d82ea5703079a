import { Button, FileTrigger } from 'react-aria-components';
import type { RunSummary } from '../../src/studies/identify/run-database.ts';
import { useSession } from '../explore/state/hooks.ts';
import { fileName, offerFile } from '../export/download.ts';
import { readInWorker } from '../studies/read-file.ts';
import { describeError } from '../ui/describe-error.ts';
import { FileProgress } from '../ui/FileProgress.tsx';
import { KeptActions } from '../ui/KeptActions.tsx';
import { changedText, countsText } from '../ui/run-words.ts';
import { TableHead } from '../ui/Table.tsx';
import { useReading } from '../ui/useReading.ts';
import { useIdentification, useIdentificationState } from './context.ts';
import { archiveOf } from './run-archive.ts';

/** Runs that this browser keeps, to go on with, take away or delete. */
export function EarlierRuns() {
  const identification = useIdentification();
  const reading = useReading();
  const runs = useIdentificationState((state) => state.runs);
  const open = useIdentificationState((state) => state.run);

  async function bring(files: FileList | null) {
    if (!files || files.length === 0) return;
    const chosen = [...files];
    const read = await reading.read((options) => readInWorker('runFiles', { files: chosen }, options));
    if (read) await identification.importRun(read);
  }

  return (
    <section className="runs" aria-label="Runs in this browser">
      {runs && runs.length > 0 && (
        <div className="table-scroll">
          <table>
            <caption>Runs in this browser</caption>
            <TableHead columns={['Questions', 'Actions', 'Asked', 'Outcome', 'Model', 'Changed']} />
            <tbody>
              {runs.map((run) => (
                <RunRow key={run.run} run={run} open={run.run === open} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <FileTrigger
        allowsMultiple
        acceptedFileTypes={['.zip', '.json', '.jsonl', '.f16']}
        onSelect={(files) => void bring(files)}
      >
        <Button className="button-plain">Open a run from its files…</Button>
      </FileTrigger>
      <FileProgress reading={reading} label="Reading the run" />
      <p className="message" role="alert">
        {reading.error}
      </p>
    </section>
  );
}

function RunRow({ run, open }: { readonly run: RunSummary; readonly open: boolean }) {
  const identification = useIdentification();
  const { notice } = useSession().stores;
  const { questions, model } = run.manifest;
  const name = `${questions.name}, ${changedText(run)}`;

  async function save() {
    try {
      const files = await identification.exportRun(run.run);
      if (files.length === 0) return;
      offerFile(`${fileName('run', questions.name, run.changed.slice(0, 10))}.zip`, await archiveOf(files));
    } catch (thrown) {
      notice.setState({ text: describeError(thrown) });
    }
  }

  return (
    <tr aria-current={open || undefined}>
      <th scope="row">
        <bdi>{questions.name}</bdi>
        {open && ' (open)'}
      </th>
      <td className="runs-actions">
        <KeptActions
          name={name}
          open={open}
          onOpen={() => void identification.selectRun(run.run)}
          onDelete={() => void identification.remove(run.run)}
        >
          <Button className="button-plain" aria-label={`Export ${name}`} onPress={() => void save()}>
            Export
          </Button>
        </KeptActions>
      </td>
      <td>
        {run.done.toLocaleString('en')} of {run.total.toLocaleString('en')}
      </td>
      <td>{countsText(run.counts)}</td>
      <td>
        <bdi>{model.name}</bdi>
      </td>
      <td>{changedText(run)}</td>
    </tr>
  );
}
