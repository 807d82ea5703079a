import { memo, useState } from 'react';
import { Button } from 'react-aria-components';
import type { Correction } from '../../src/studies/identify/corrections.ts';
import type { QuestionRecord } from '../../src/studies/identify/records.ts';
import { Pick } from '../ui/Pick.tsx';
import { isDenied, replyCount, shownReply, statusNotes, statusWords } from './answer-rows.ts';
import { useIdentification } from './context.ts';
import { Replies } from './Replies.tsx';

interface Props {
  readonly record: QuestionRecord;
  readonly label: Correction['label'] | undefined;
}

/** The greatest number of replies that were judged alike. */
function agreement(record: QuestionRecord): string {
  const most = Math.max(
    ...(['right', 'wrong', 'uncertain', 'denied'] as const).map((verdict) => replyCount(record, verdict)),
  );
  return record.replies.length === 0 ? '' : `${most}/${record.replies.length}`;
}

/** A judged answer, and all replies behind it where it is opened. */
export const AnswerRow = memo(function AnswerRow({ record, label }: Props) {
  const [open, setOpen] = useState(false);
  const { question, status } = record;
  return (
    <>
      <tr data-open={open}>
        <th scope="row">
          <Button
            className="disclosure-title answer-title"
            aria-expanded={open}
            onPress={() => setOpen(!open)}
          >
            <bdi>{question.question}</bdi>
          </Button>
        </th>
        <td>
          <span className="answer-reply" dir="auto">
            {shownReply(record)}
          </span>
        </td>
        <td>{agreement(record)}</td>
        <td>
          <span className="judged" data-status={status} title={statusNotes[status]}>
            {statusWords[status]}
          </span>
          {isDenied(record) && <span className="judged-flag"> denied</span>}
        </td>
        <td>
          <CorrectionPick record={record} label={label} />
        </td>
      </tr>
      {open && (
        <tr>
          <td colSpan={5} className="answer-more">
            <Replies record={record} />
          </td>
        </tr>
      )}
    </>
  );
});

/** A person's label in place of the judge's, where the answer takes part at all. */
function CorrectionPick({ record, label }: Props) {
  const { correct } = useIdentification();
  if (record.row === undefined) return <span className="muted">takes no part</span>;
  const judged = record.status === 'right' ? 'right' : 'wrong';
  const options: { value: Correction['label']; label: string }[] = [
    { value: 'right', label: 'right' },
    { value: 'wrong', label: 'made up' },
    { value: 'left-out', label: 'leave out' },
  ];
  return (
    <Pick
      label={`Label of ${record.question.question}`}
      quiet
      value={label ?? judged}
      options={options}
      onChange={(next) => void correct(record.index, next === judged ? undefined : next)}
    />
  );
}
