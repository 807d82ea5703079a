import { memo, useMemo, useState } from 'react';
import { Button } from 'react-aria-components';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import { comparedSets } from '../../src/studies/impact/sweep.ts';
import { usePages, useSession } from '../explore/state/hooks.ts';
import { Pick } from '../ui/Pick.tsx';
import { DoseChart } from './DoseChart.tsx';
import { signed } from './effect-words.ts';
import { FreeItem } from './FreeItem.tsx';
import type { ItemRow } from './item-rows.ts';
import { openItem } from './open-item.ts';

interface Props {
  readonly manifest: ImpactReport['manifest'];
  readonly row: ItemRow;
}

/** An item, and where it is opened its turns, its margin by factor, and the way to the explorer. */
export const ItemView = memo(function ItemView({ manifest, row }: Props) {
  const [open, setOpen] = useState(false);
  const { item, effect, flips } = row;
  return (
    <>
      <tr data-open={open}>
        <th scope="row">
          <Button
            className="disclosure-title answer-title"
            aria-expanded={open}
            onPress={() => setOpen(!open)}
          >
            <bdi>
              {item.turns.length > 1 ? `${item.turns[0]?.content} … ` : ''}
              {item.turns.at(-1)?.content}
            </bdi>
          </Button>
        </th>
        <td>
          <span className="answer-reply" dir="auto">
            {item.along}
          </span>
        </td>
        <td>
          <span className="answer-reply" dir="auto">
            {item.against}
          </span>
        </td>
        <td>{signed(effect)}</td>
        <td>{flips.join(', ')}</td>
      </tr>
      {open && (
        <tr>
          <td colSpan={5} className="answer-more">
            <ItemMore manifest={manifest} row={row} />
          </td>
        </tr>
      )}
    </>
  );
});

function ItemMore({ manifest, row: { item, margins, flips, free } }: Props) {
  const session = useSession();
  const pages = usePages();
  const { alphas } = manifest.plan;
  const [factor, setFactor] = useState(String(flips.at(-1) ?? alphas.at(-1)));
  const [error, setError] = useState<string>();
  const curves = useMemo(
    () =>
      comparedSets(manifest.plan).map(({ name, kind }, s) => ({
        name,
        kind,
        points: margins[s]!.map((value) => ({ value, low: value, high: value })),
      })),
    [manifest, margins],
  );

  function explore() {
    const refused = openItem(session, manifest, item, Number(factor));
    setError(refused);
    if (!refused) pages.go('explore');
  }

  return (
    <div className="item-more">
      {item.turns.length > 1 && (
        <ol className="item-turns">
          {Object.entries(item.turns).map(([place, { role, content }]) => (
            <li key={place}>
              <span className="muted">{role === 'user' ? 'Asked' : 'Answered'}:</span> <bdi>{content}</bdi>
            </li>
          ))}
        </ol>
      )}
      <DoseChart
        title={`Margin of ${item.id}`}
        axis="leaning to going along, nats a token"
        alphas={alphas}
        curves={curves}
        format={signed}
        text={({ value }) => signed(value, 3)}
        span={0.1}
      />
      {free && <FreeItem manifest={manifest} record={free} />}
      <div className="identify-row">
        <Button className="button" onPress={explore}>
          Open in the explorer
        </Button>
        <Pick
          label="at factor"
          value={factor}
          options={alphas.map((alpha) => ({ value: String(alpha), label: String(alpha) }))}
          onChange={setFactor}
        />
      </div>
      <p className="message" role="alert">
        {error}
      </p>
    </div>
  );
}
