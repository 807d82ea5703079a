import { useState } from 'react';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import { Pager, pageOf } from '../ui/Pager.tsx';
import { Pick } from '../ui/Pick.tsx';
import { TableHead } from '../ui/Table.tsx';
import { ItemView } from './ItemView.tsx';
import type { ItemRow } from './item-rows.ts';

const pageSize = 15;

interface Props {
  readonly manifest: ImpactReport['manifest'];
  readonly suite: string;
  readonly rows: readonly ItemRow[];
}

/** The items: those that flip, with both answers; each opens in the explorer. */
export function Items({ manifest, suite, rows }: Props) {
  const [kind, setKind] = useState<'flips' | 'free' | 'all'>('flips');
  const [page, setPage] = useState(0);
  const flipping = rows.filter(({ flips }) => flips.length > 0);
  const free = rows.filter((row) => row.free !== undefined);
  const shown = { flips: flipping, free, all: rows }[kind];
  const { alphas } = manifest.plan;
  const range = `${alphas[0]} to ${alphas.at(-1)}`;
  return (
    <div className="items">
      <div className="identify-row answers-filter">
        <Pick
          label="Items"
          value={kind}
          options={[
            { value: 'flips', label: `whose choice turns round (${flipping.length})` },
            ...(free.length > 0
              ? [{ value: 'free' as const, label: `answered freely (${free.length})` }]
              : []),
            { value: 'all', label: `all (${rows.length})` },
          ]}
          onChange={(next) => {
            setKind(next);
            setPage(0);
          }}
        />
      </div>
      {shown.length === 0 ? (
        <p className="muted">No item’s choice turns round at any factor.</p>
      ) : (
        <div className="table-scroll answers">
          <table>
            <caption className="hidden-text">Items of {suite}</caption>
            <TableHead columns={['Asked', 'Goes along', 'Does not', `Change ${range}`, 'Turns round at']} />
            <tbody>
              {pageOf(shown, page, pageSize).map((row) => (
                <ItemView key={row.item.id} manifest={manifest} row={row} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager page={page} size={pageSize} count={shown.length} what={`items of ${suite}`} onChange={setPage} />
    </div>
  );
}
