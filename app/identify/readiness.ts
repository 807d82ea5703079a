import { counted } from '../../src/lib/count.ts';
import { corrected } from '../../src/studies/identify/corrections.ts';
import type { QuestionRecord } from '../../src/studies/identify/records.ts';
import type { Corrections } from './answer-rows.ts';

/** What there is to learn from. */
export interface Readiness {
  /** Answers with features. */
  readonly right: number;
  readonly madeUp: number;
  /** Pairs of a right and a made-up answer of the same relation: what is learnt from. */
  readonly pairs: number;
  /** Relations with both. */
  readonly relations: number;
  /** Why nothing can be learnt yet; undefined where something can. */
  readonly missing: string | undefined;
  /** Why the result will say little; undefined where there is enough. */
  readonly caution: string | undefined;
}

/** Pairs below which splitting and cross-validating leave nothing to go by, and below which intervals are very wide. */
const fewestPairs = 5;
const enoughPairs = 40;

const answersOf = (count: number, what: string) =>
  count === 0 ? `no ${what} answers` : counted(count, `${what} answer`);

/** Tells from the answers, a person's corrections in place, whether neurons can be found. */
export function readinessOf(records: readonly QuestionRecord[], corrections: Corrections): Readiness {
  const labels = Array.from(corrections, ([index, label]) => ({ index, label }));
  const byRelation = new Map<string, { right: number; wrong: number }>();
  let right = 0;
  let madeUp = 0;
  for (const { status, row, question } of corrected(records, labels)) {
    if (row === undefined || (status !== 'right' && status !== 'wrong')) continue;
    const counts = byRelation.get(question.relation) ?? { right: 0, wrong: 0 };
    counts[status]++;
    byRelation.set(question.relation, counts);
    if (status === 'right') right++;
    else madeUp++;
  }
  const pairsOf = [...byRelation.values()].map((counts) => Math.min(counts.right, counts.wrong));
  const pairs = pairsOf.reduce((sum, each) => sum + each, 0);
  const relations = pairsOf.filter((each) => each > 0).length;
  return { right, madeUp, pairs, relations, ...advice({ right, madeUp, pairs }) };
}

function advice({ right, madeUp, pairs }: Pick<Readiness, 'right' | 'madeUp' | 'pairs'>) {
  const both = `${answersOf(right, 'right')} and ${answersOf(madeUp, 'made-up')}`;
  const sentence = `${both[0]!.toUpperCase()}${both.slice(1)}`;
  if (right < fewestPairs || madeUp < fewestPairs)
    return {
      missing: `${sentence}; at least ${fewestPairs} of each are needed: ask more questions, or questions that the model sometimes knows.`,
      caution: undefined,
    };
  if (pairs < fewestPairs)
    return {
      missing: `${sentence}, but hardly any relation has both (${counted(pairs, 'pair')}): ask more questions of kinds that the model knows in part.`,
      caution: undefined,
    };
  return {
    missing: undefined,
    caution:
      pairs < enoughPairs
        ? `Only ${pairs} pairs of a right and a made-up answer: expect wide intervals, and ask more questions for a firmer result.`
        : undefined,
  };
}
