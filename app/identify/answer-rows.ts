import type { Correction } from '../../src/studies/identify/corrections.ts';
import type { QuestionRecord } from '../../src/studies/identify/records.ts';
import { toCsv } from '../ui/csv.ts';
import { type Column, tableOf } from '../ui/table-columns.ts';

export type Status = QuestionRecord['status'];
export type Corrections = ReadonlyMap<number, Correction['label']>;

/** What became of a question, in the order in which it is told. */
export const statuses: readonly Status[] = ['right', 'wrong', 'mixed', 'uncertain', 'skipped'];

export const statusWords: Readonly<Record<Status, string>> = {
  right: 'right',
  wrong: 'made up',
  mixed: 'mixed',
  uncertain: 'does not know',
  skipped: 'skipped',
};

export const statusNotes: Readonly<Record<Status, string>> = {
  right: 'enough replies hold an accepted answer',
  wrong: 'enough replies agree on something else',
  mixed: 'the replies do not agree',
  uncertain: 'the model admits not to know',
  skipped: 'the question could not be asked',
};

const labelWords: Readonly<Record<Correction['label'], string>> = {
  right: 'right',
  wrong: 'made up',
  'left-out': 'left out',
};

/** What the table shows: a status, what a person should look at, or what a person changed. */
export type Kind = 'all' | Status | 'denied' | 'corrected';

export interface Filter {
  readonly kind: Kind;
  /** Empty for all relations. */
  readonly relation: string;
  /** Looked for in question, accepted answers and replies, whatever the case. */
  readonly text: string;
}

export const noFilter: Filter = { kind: 'all', relation: '', text: '' };

/** Some reply holds the accepted answer but denies it ("not Paris"): the rule may be wrong there. */
export function isDenied({ replies }: QuestionRecord): boolean {
  return replies.some(({ verdict }) => verdict === 'denied');
}

function isOfKind(record: QuestionRecord, kind: Kind, corrections: Corrections): boolean {
  if (kind === 'all') return true;
  if (kind === 'denied') return isDenied(record);
  return kind === 'corrected' ? corrections.has(record.index) : record.status === kind;
}

/** The records that a filter lets through, in their order. */
export function filtered(
  records: readonly QuestionRecord[],
  { kind, relation, text }: Filter,
  corrections: Corrections,
): QuestionRecord[] {
  const wanted = text.trim().toLowerCase();
  return records.filter((record) => {
    const { question, replies } = record;
    if (!isOfKind(record, kind, corrections) || (relation !== '' && question.relation !== relation))
      return false;
    if (wanted === '') return true;
    const texts = [question.question, ...question.answers, ...replies.map((reply) => reply.text)];
    return texts.some((each) => each.toLowerCase().includes(wanted));
  });
}

/** The reply that stands for a question; where none does, the first. */
export function shownReply({ replies, representative = 0 }: QuestionRecord): string {
  return replies[representative]?.text.trim() ?? '';
}

/** How many replies were judged so. */
export function replyCount({ replies }: QuestionRecord, verdict: string): number {
  return replies.filter((reply) => reply.verdict === verdict).length;
}

/** Mean logarithm of the probabilities of the answer's tokens, nats; undefined where there is no answer. */
export function answerLogprob({ replies, representative, answer }: QuestionRecord): number | undefined {
  const reply = representative === undefined ? undefined : replies[representative];
  if (!reply || !answer) return undefined;
  return answer.tokens.reduce((sum, i) => sum + (reply.logprobs[i] ?? 0), 0) / answer.tokens.length;
}

type Answer = Column<QuestionRecord, string | number>;

function count(head: string, verdict: string): Answer {
  return { head, cell: (record) => replyCount(record, verdict) };
}

function answerColumns(corrections: Corrections): Answer[] {
  const labelOf = ({ index }: QuestionRecord) => corrections.get(index);
  return [
    { head: 'number', cell: ({ index }) => index + 1 },
    { head: 'id', cell: ({ question }) => question.id },
    { head: 'relation', cell: ({ question }) => question.relation },
    { head: 'question', cell: ({ question }) => question.question },
    { head: 'accepted answers', cell: ({ question }) => question.answers.join(' | ') },
    { head: 'judged', cell: ({ status }) => statusWords[status] },
    {
      head: 'your label',
      cell: (record) => {
        const label = labelOf(record);
        return label === undefined ? '' : labelWords[label];
      },
    },
    { head: 'reply', cell: shownReply },
    { head: 'replies', cell: ({ replies }) => replies.length },
    count('right', 'right'),
    count('made up', 'wrong'),
    count('uncertain', 'uncertain'),
    count('denied', 'denied'),
    { head: 'answer tokens', cell: ({ answer }) => answer?.tokens.length ?? '' },
    { head: 'mean log-probability', cell: (record) => answerLogprob(record)?.toFixed(4) ?? '' },
    { head: 'first-token entropy', cell: ({ firstEntropy }) => firstEntropy ?? '' },
    {
      head: 'takes part',
      cell: (record) => (record.row !== undefined && labelOf(record) !== 'left-out' ? 'yes' : 'no'),
    },
    { head: 'note', cell: ({ reason }) => reason ?? '' },
  ];
}

/** The table of answers as CSV. */
export function answersCsv(records: readonly QuestionRecord[], corrections: Corrections): string {
  const { head, rows } = tableOf(answerColumns(corrections), records);
  return toCsv(head, rows);
}
