import type { ImpactSummary } from '../../src/studies/impact/sweep-database.ts';
import { KeptActions } from '../ui/KeptActions.tsx';
import { changedText } from '../ui/run-words.ts';
import { TableHead } from '../ui/Table.tsx';
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
  const title = sweepTitle(run.manifest);
  const name = `${title}, ${changedText(run)}`;
  return (
    <tr aria-current={open || undefined}>
      <th scope="row" className="sweep-title">
        <bdi>{title}</bdi>
        {open && ' (open)'}
      </th>
      <td className="runs-actions">
        <KeptActions
          name={name}
          open={open}
          onOpen={() => void impact.select(run.run)}
          onDelete={() => void impact.remove(run.run)}
        />
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
