import { Button } from 'react-aria-components';
import { counted } from '../../src/lib/count.ts';
import { MappingFields } from './MappingFields.tsx';
import { MappingPreview } from './MappingPreview.tsx';
import { completeMapping, type Opening, type OpenTable } from './useOpening.ts';

interface Props {
  readonly opening: Opening;
  readonly table: OpenTable;
}

/** Says which columns of a table hold what, and makes a question set of it. */
export function OpenedTable({ opening, table }: Props) {
  const { head, about, mapping, imported } = table;
  const complete = completeMapping(mapping);
  const busy = opening.reading.progress !== undefined;
  return (
    <section className="opened" aria-label="Which column is what">
      <p>
        <bdi>{head.name}</bdi>:{' '}
        {head.rowCount !== undefined && `${head.rowCount.toLocaleString('en')} rows, `}
        {counted(head.columns.length, 'column')} ({head.format.toUpperCase()})
      </p>
      {head.notice && <p className="message">{head.notice}</p>}
      <MappingFields table={head} mapping={mapping} onChange={opening.map} />
      {complete ? (
        <MappingPreview table={head} mapping={complete} about={about} />
      ) : (
        <p className="message">Choose the columns of the questions and of the accepted answers.</p>
      )}
      <div className="identify-row">
        <Button className="button" isDisabled={!complete || busy} onPress={() => void opening.take()}>
          {busy ? 'Reading…' : 'Take these questions'}
        </Button>
        {imported && (
          <span role="status">
            {counted(imported.set.questions.length, 'question')} of {imported.rows.toLocaleString('en')} rows
            {imported.skipped.count > 0 && `; ${imported.skipped.count.toLocaleString('en')} left out`}
          </span>
        )}
      </div>
      {imported?.notice && <p className="message">{imported.notice}</p>}
      {imported && imported.skipped.count > 0 && (
        <ul className="muted">
          {Object.entries(imported.skipped.reasons).map(([reason, count]) => (
            <li key={reason}>
              {count.toLocaleString('en')}: {reason}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
