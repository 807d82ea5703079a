import { useState } from 'react';
import { Button } from 'react-aria-components';
import { counted } from '../../src/count.ts';
import { type ColumnMapping, guessColumns } from '../../src/identify/import/columns.ts';
import type { AboutSet, ImportedSet } from '../../src/identify/import/question-set.ts';
import type { OwnSet } from '../../src/identify/import/read-table.ts';
import type { Table } from '../../src/identify/import/table.ts';
import type { QuestionSet } from '../../src/identify/questions.ts';
import { describeError } from '../state/describe-error.ts';
import { MappingFields } from './MappingFields.tsx';
import { MappingPreview } from './MappingPreview.tsx';

/** A file of questions as it was opened, and what is said of the set that it makes. */
export interface OpenedFile {
  readonly file: Table | OwnSet;
  readonly about: AboutSet;
}

interface Props {
  readonly table: Omit<Table, 'rows'>;
  readonly about: AboutSet;
  /** Makes the set of all rows; nothing where that was stopped. */
  readonly take: (mapping: ColumnMapping) => Promise<ImportedSet | undefined>;
  readonly onSet: (set: QuestionSet) => void;
}

/** Says which columns of a table hold what, and makes a question set of it. */
export function OpenedTable({ table, about, take, onSet }: Props) {
  const [mapping, setMapping] = useState<Partial<ColumnMapping>>(() => guessColumns(table));
  const [imported, setImported] = useState<ImportedSet>();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string>();
  const { question, answers } = mapping;
  const complete =
    question !== undefined && answers !== undefined ? { ...mapping, question, answers } : undefined;

  async function takeAll() {
    if (!complete) return;
    setBusy(true);
    setError(undefined);
    try {
      const made = await take(complete);
      if (!made) return;
      setImported(made);
      onSet(made.set);
    } catch (thrown) {
      setError(describeError(thrown));
    } finally {
      setBusy(false);
    }
  }

  return (
    <section className="opened" aria-label="Which column is what">
      <p>
        <bdi>{table.name}</bdi>:{' '}
        {table.rowCount !== undefined && `${table.rowCount.toLocaleString('en')} rows, `}
        {counted(table.columns.length, 'column')} ({table.format.toUpperCase()})
      </p>
      {table.notice && <p className="message">{table.notice}</p>}
      <MappingFields table={table} mapping={mapping} onChange={setMapping} />
      {complete ? (
        <MappingPreview table={table} mapping={complete} about={about} />
      ) : (
        <p className="message">Choose the columns of the questions and of the accepted answers.</p>
      )}
      <div className="identify-row">
        <Button className="button" isDisabled={!complete || busy} onPress={() => void takeAll()}>
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
      <p className="message" role="alert">
        {error}
      </p>
    </section>
  );
}
