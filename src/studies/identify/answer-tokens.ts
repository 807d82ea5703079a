import { sameWord, type Word, wordsOf } from '../../datasets/normalise.ts';
import type { Question } from '../../datasets/questions/question-set.ts';
import type { TextCodec } from '../../model/types.ts';
import type { Judgement } from './judge.ts';

/** Which tokens of a reply are its answer. */
export interface AnswerTokens {
  /** Indices of tokens of the reply, ascending; at least one. */
  readonly tokens: readonly number[];
  /**
   * `accepted`: those of the accepted answer. `content`: those of words that carry content and are not in the question.
   * `words`: those of every word, where the reply has no such content.
   */
  readonly kind: 'accepted' | 'content' | 'words';
}

/** Words that carry grammar rather than content. */
const FUNCTION_WORDS = new Set(
  (
    'a an the this that these those it its he she they them his her their i me my we our you your who whom whose which what ' +
    'when where why how is are was were be been being am do does did has have had having will would can could shall should ' +
    'may might must and or but nor so yet if then than as of in on at by to from with without for about into over under ' +
    'after before between through during not no yes there here also very just only such same other another some any each ' +
    'every all both more most many much few one called known named answer correct response sure certainly ok okay im id ive ' +
    'youre thats lets heres dont doesnt isnt wasnt'
  ).split(' '),
);

/** End offset of every token in the text of all, UTF-16. Characters that are not complete yet count as one. */
function tokenEnds(codec: Pick<TextCodec, 'decode'>, ids: readonly number[]): number[] {
  return ids.map((_, i) => codec.decode(ids.slice(0, i + 1)).length);
}

/** Indices of the tokens that share a character with a part of the text. */
function tokensOver(ends: readonly number[], parts: readonly { start: number; end: number }[]): number[] {
  return ends.flatMap((end, i) => {
    const start = i === 0 ? 0 : ends[i - 1];
    return parts.some((part) => start < part.end && end > part.start) ? [i] : [];
  });
}

/**
 * Finds the tokens of a reply that are its answer, by the tokens' own places in the text; nothing is tokenised again.
 * In a right reply these are the accepted answer's; in a wrong one those of the words that carry content and do not
 * come from the question, unless the question offers them as an answer.
 * @param reply ids of the reply and their text
 * @returns undefined where the reply has no word
 */
export function answerTokens(
  codec: Pick<TextCodec, 'decode'>,
  reply: { readonly ids: readonly number[]; readonly text: string },
  { question, rivals = [] }: Pick<Question, 'question' | 'rivals'>,
  { verdict, span }: Judgement,
): AnswerTokens | undefined {
  const ends = tokenEnds(codec, reply.ids);
  const found = (parts: readonly { start: number; end: number }[], kind: AnswerTokens['kind']) => {
    const tokens = tokensOver(ends, parts);
    return tokens.length > 0 ? { tokens, kind } : undefined;
  };
  if (verdict === 'right') return span && found([span], 'accepted');
  const offered = rivals.flatMap(wordsOf);
  const asked = wordsOf(question).filter((word) => !offered.some((rival) => sameWord(word, rival)));
  const words = wordsOf(reply.text);
  const isContent = (word: Word) =>
    !FUNCTION_WORDS.has(word.text) && !asked.some((other) => sameWord(word, other));
  return found(words.filter(isContent), 'content') ?? found(words, 'words');
}
