import type { Correction } from '../../src/identify/corrections.ts';
import type { QuestionRecord } from '../../src/identify/records.ts';
import { toCsv } from '../state/csv.ts';

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

export const labelWords: Readonly<Record<Correction['label'], string>> = {
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

const head = [
  'number',
  'id',
  'relation',
  'question',
  'accepted answers',
  'judged',
  'your label',
  'reply',
  'replies',
  'right',
  'made up',
  'uncertain',
  'denied',
  'answer tokens',
  'mean log-probability',
  'first-token entropy',
  'takes part',
  'note',
];

/** The table of answers as CSV. */
export function answersCsv(records: readonly QuestionRecord[], corrections: Corrections): string {
  return toCsv(
    head,
    records.map((record) => {
      const { index, question, status, replies, answer, firstEntropy, row, reason } = record;
      const label = corrections.get(index);
      return [
        index + 1,
        question.id,
        question.relation,
        question.question,
        question.answers.join(' | '),
        statusWords[status],
        label === undefined ? '' : labelWords[label],
        shownReply(record),
        replies.length,
        replyCount(record, 'right'),
        replyCount(record, 'wrong'),
        replyCount(record, 'uncertain'),
        replyCount(record, 'denied'),
        answer?.tokens.length ?? '',
        answerLogprob(record)?.toFixed(4) ?? '',
        firstEntropy ?? '',
        row !== undefined && label !== 'left-out' ? 'yes' : 'no',
        reason ?? '',
      ];
    }),
  );
}
