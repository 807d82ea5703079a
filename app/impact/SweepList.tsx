import { useState } from 'react';
import { Button } from 'react-aria-components';
import type { ImpactSummary } from '../../src/protocol/study-messages.ts';
import { TableHead } from '../controls/Table.tsx';
import { changedText } from '../identify/run-words.ts';
import { useImpact, useImpactState } from './context.ts';
import { sweepTitle } from './sweep-words.ts';

/** Sweeps that this browser keeps, to go on with, look at or delete. */
export function SweepList() {
  const runs = useImpactState((state) => state.runs);
  const open = useImpactState((state) => state.run);
  return (
    <section className="runs" aria-label="Sweeps in this browser">
      {runs && runs.length > 0 && (
        <div className="table-scroll">
          <table>
            <caption>Sweeps in this browser</caption>
            <TableHead columns={['Suites and neurons', 'Actions', 'Asked', 'Model', 'Changed']} />
            <tbody>
              {runs.map((run) => (
                <SweepRow key={run.run} run={run} open={run.run === open} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function SweepRow({ run, open }: { readonly run: ImpactSummary; readonly open: boolean }) {
  const impact = useImpact();
  const [sure, setSure] = useState(false);
  const title = sweepTitle(run.manifest);
  const name = `${title}, ${changedText(run)}`;
  return (
    <tr aria-current={open || undefined}>
      <th scope="row" className="sweep-title">
        <bdi>{title}</bdi>
        {open && ' (open)'}
      </th>
      <td className="runs-actions">
        {!open && (
          <Button
            className="button-plain"
            aria-label={`Open ${name}`}
            onPress={() => void impact.select(run.run)}
          >
            Open
          </Button>
        )}
        {sure ? (
          <>
            <Button
              className="button-plain"
              aria-label={`Really delete ${name}`}
              onPress={() => void impact.remove(run.run)}
            >
              Really delete
            </Button>
            <Button className="button-plain" aria-label={`Keep ${name}`} onPress={() => setSure(false)}>
              Keep
            </Button>
          </>
        ) : (
          <Button className="button-plain" aria-label={`Delete ${name}`} onPress={() => setSure(true)}>
            Delete
          </Button>
        )}
      </td>
      <td>
        {run.done.toLocaleString('en')} of {run.total.toLocaleString('en')}
      </td>
      <td>
        <bdi>{run.manifest.model.name}</bdi>
      </td>
      <td>{changedText(run)}</td>
    </tr>
  );
}
