import { counted } from '../../src/lib/count.ts';
import type { Transfer } from '../../src/studies/identify/finding.ts';
import { relationWords } from './question-sets.ts';

/** Strength of a cell's colour, percent: none for guessing, at most this for perfect. */
const strongest = 45;

/** How strongly a cell is coloured, 0 to `strongest` percent. */
export function cellStrength(auroc: number | undefined): number {
  if (auroc === undefined || Number.isNaN(auroc)) return 0;
  return Math.round(strongest * Math.min(1, Math.max(0, (auroc - 0.5) / 0.5)));
}

/** What learning on some relations is worth on others: a table whose cells are coloured by their numbers. */
export function TransferTable({ transfer: { groups, auroc } }: { readonly transfer: Transfer }) {
  return (
    <figure className="chart chart-wide">
      <figcaption>
        <h3>Does it carry over to other kinds of questions?</h3>
        <p className="muted">
          Transfer matrix: AUROC of a classifier that learnt from the relations of a row on those of a column.
          On the diagonal it learnt from the same relations (cross-validated).
        </p>
      </figcaption>
      <section className="table-scroll" aria-label="Transfer matrix" {...{ tabIndex: 0 }}>
        <table className="transfer">
          <caption className="hidden-text">Transfer matrix: rows learnt on, columns tested on, AUROC</caption>
          <thead>
            <tr>
              <th scope="col">Learnt on</th>
              {groups.map(({ name }) => (
                <th key={name} scope="col">
                  {relationWords(name)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {groups.map(({ name, relations, answers }, row) => (
              <tr key={name}>
                <th scope="row">
                  {relationWords(name)}
                  <small>
                    {counted(answers, 'answer')}
                    {relations.length > 1 && `: ${relations.map(relationWords).join(', ')}`}
                  </small>
                </th>
                {groups.map((group, column) => {
                  const area = auroc[row]?.[column];
                  return (
                    <td
                      key={group.name}
                      data-same={row === column}
                      style={{
                        background: `color-mix(in oklab, var(--accent) ${cellStrength(area)}%, var(--paper))`,
                      }}
                    >
                      {area === undefined ? 'too few' : area.toFixed(2)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </figure>
  );
}
