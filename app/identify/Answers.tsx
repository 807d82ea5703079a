import { useState } from 'react';
import { Button, Input, Label, SearchField } from 'react-aria-components';
import { relationCounts } from '../../src/datasets/questions/question-set.ts';
import { fileName, offerFile } from '../export/download.ts';
import { Pager, pageOf } from '../ui/Pager.tsx';
import { Pick } from '../ui/Pick.tsx';
import { Part } from '../ui/Step.tsx';
import { TableHead } from '../ui/Table.tsx';
import { AnswerRow } from './AnswerRow.tsx';
import {
  answersCsv,
  type Filter,
  filtered,
  isDenied,
  type Kind,
  noFilter,
  statuses,
  statusWords,
} from './answer-rows.ts';
import { useIdentificationState, useRecords } from './context.ts';
import { relationWords } from './question-sets.ts';

const pageSize = 25;

/** The judged answers: to read, to filter, to correct. */
export function Answers() {
  const records = useRecords();
  return (
    <Part
      number={3}
      title="Answers"
      about={
        <p>
          The judge is a rule and can be wrong: read some, and correct what it got wrong. Corrections are kept
          with the run and count from the next search on. Only answers that the replies agree on take part.
        </p>
      }
    >
      {records.length === 0 ? <p className="muted">Answers appear here as they come.</p> : <AnswerTable />}
    </Part>
  );
}

function AnswerTable() {
  const records = useRecords();
  const corrections = useIdentificationState((state) => state.corrections);
  const run = useIdentificationState((state) => state.manifest);
  const [filter, setFilter] = useState<Filter>(noFilter);
  const [page, setPage] = useState(0);
  const rows = filtered(records, filter, corrections);
  const shown = pageOf(rows, page, pageSize);

  function change(next: Partial<Filter>) {
    setFilter({ ...filter, ...next });
    setPage(0);
  }

  function save() {
    const name = `${fileName('answers', run?.questions.name ?? '')}.csv`;
    offerFile(name, new Blob([answersCsv(rows, corrections)], { type: 'text/csv' }));
  }

  const denied = records.filter(isDenied).length;
  const kinds: { value: Kind; label: string }[] = [
    { value: 'all', label: 'all' },
    ...statuses.map((status) => ({ value: status, label: statusWords[status] })),
    { value: 'denied', label: `denied in a reply (${denied})` },
    { value: 'corrected', label: `corrected by you (${corrections.size})` },
  ];
  const relations = [...relationCounts(records.map(({ question }) => question)).keys()].sort();

  return (
    <>
      <div className="identify-row answers-filter">
        <Pick label="Outcome" value={filter.kind} options={kinds} onChange={(kind) => change({ kind })} />
        <Pick
          label="Relation"
          value={filter.relation}
          options={[
            { value: '', label: 'all' },
            ...relations.map((value) => ({ value, label: relationWords(value) })),
          ]}
          onChange={(relation) => change({ relation })}
        />
        <SearchField className="search" value={filter.text} onChange={(text) => change({ text })}>
          <Label>Text</Label> <Input />
        </SearchField>
        <Button className="button-plain" isDisabled={rows.length === 0} onPress={save}>
          {rows.length === records.length ? 'Save as CSV' : 'Save these as CSV'}
        </Button>
      </div>
      {rows.length === 0 ? (
        <p className="muted">No answer is like that; choose another outcome or relation.</p>
      ) : (
        <div className="table-scroll answers">
          <table>
            <caption className="hidden-text">Judged answers</caption>
            <TableHead columns={['Question', 'Reply', 'Agree', 'Judged', 'Your label']} />
            <tbody>
              {shown.map((record) => (
                <AnswerRow key={record.index} record={record} label={corrections.get(record.index)} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      <Pager page={page} size={pageSize} count={rows.length} what="answers" onChange={setPage} />
    </>
  );
}
