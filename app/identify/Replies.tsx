import { counted } from '../../src/lib/count.ts';
import type { JudgedReply, QuestionRecord } from '../../src/studies/identify/records.ts';
import { markedReply } from './answer-marks.ts';
import { answerLogprob } from './answer-rows.ts';
import { relationWords } from './question-sets.ts';

const verdictWords: Readonly<Record<JudgedReply['verdict'], string>> = {
  right: 'right',
  wrong: 'made up',
  uncertain: 'does not know',
  denied: 'denies the accepted answer',
};

/** Everything that is known of one question: accepted answers, and every reply with its answer marked. */
export function Replies({ record }: { readonly record: QuestionRecord }) {
  const { question, replies, representative, reason, answer } = record;
  const logprob = answerLogprob(record);
  return (
    <div className="replies">
      <dl className="facts">
        <dt>Relation</dt>
        <dd>{relationWords(question.relation)}</dd>
        <dt>Accepted</dt>
        <dd>
          <bdi>
            {question.answers.length > 0 ? question.answers.join(', ') : 'nothing: the name is invented'}
          </bdi>
        </dd>
        {answer && logprob !== undefined && (
          <>
            <dt>Answer</dt>
            <dd>
              {counted(answer.tokens.length, 'token')}, mean log-probability {logprob.toFixed(2)} nats
            </dd>
          </>
        )}
      </dl>
      {reason && <p className="message">{reason}</p>}
      <ol>{replies.map((reply, key) => replyItem(reply, key, record, key === representative))}</ol>
    </div>
  );
}

/** Replies never change places, so its place names a reply. */
function replyItem(reply: JudgedReply, key: number, { question }: QuestionRecord, standsForAll: boolean) {
  return (
    <li key={key}>
      <span dir="auto">
        {reply.text === '' ? (
          <span className="muted">(empty)</span>
        ) : (
          <Marked reply={reply} question={question} />
        )}
      </span>{' '}
      <span className="muted">
        {verdictWords[reply.verdict]}
        {standsForAll && ', stands for all'}
      </span>
    </li>
  );
}

function Marked({ reply, question }: { readonly reply: JudgedReply } & Pick<QuestionRecord, 'question'>) {
  return markedReply(reply.text, question).map(({ start, text, marked }) =>
    marked ? <mark key={start}>{text}</mark> : <span key={start}>{text}</span>,
  );
}
