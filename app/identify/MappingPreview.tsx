import { useEffect, useState } from 'react';
import type { ColumnMapping } from '../../src/datasets/questions/columns.ts';
import { type AboutSet, type ImportedSet, toQuestionSet } from '../../src/datasets/questions/from-table.ts';
import type { Table as DataTable } from '../../src/datasets/tables/table.ts';
import { describeError } from '../ui/describe-error.ts';
import { Table } from '../ui/Table.tsx';
import { tableOf } from '../ui/table-columns.ts';
import { keyWords } from './key-words.ts';

const shown = 5;

interface Props {
  readonly table: Omit<DataTable, 'rows'>;
  readonly mapping: ColumnMapping;
  readonly about: AboutSet;
}

/** The first questions as they would be taken. */
export function MappingPreview({ table, mapping, about }: Props) {
  const [result, setResult] = useState<ImportedSet | string>();
  const key = JSON.stringify(mapping);
  useEffect(() => {
    const abort = new AbortController();
    const head: DataTable = {
      ...table,
      async *rows() {
        yield* table.head;
      },
    };
    toQuestionSet(head, JSON.parse(key), about, { limit: shown, signal: abort.signal }).then(
      (made) => !abort.signal.aborted && setResult(made),
      (thrown: unknown) => !abort.signal.aborted && setResult(describeError(thrown)),
    );
    return () => abort.abort();
  }, [table, key, about]);
  if (result === undefined) return null;
  if (typeof result === 'string') return <p className="message">{result}</p>;
  return (
    <div className="preview">
      {result.key && <p>The right choice is named by {keyWords[result.key]}.</p>}
      <Table
        caption="The first questions as they would be taken"
        {...tableOf(
          [
            { head: 'Question', cell: ({ question }) => question },
            { head: 'Accepted answers', cell: ({ answers }) => answers.join(', ') },
            { head: 'Relation', cell: ({ relation }) => relation },
          ],
          result.set.questions,
        )}
      />
    </div>
  );
}
