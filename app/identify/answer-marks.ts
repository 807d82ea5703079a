import type { Question } from '../../src/datasets/questions/question-set.ts';
import { answerTokens } from '../../src/studies/identify/answer-tokens.ts';
import { judgeReply } from '../../src/studies/identify/judge.ts';

/** A stretch of a reply; `marked` ones belong to its answer. */
export interface Stretch {
  /** UTF-16 offset in the reply. */
  readonly start: number;
  readonly text: string;
  readonly marked: boolean;
}

/** Every UTF-16 unit as a token: the answer is found by its place in the text, whatever the model's tokens are. */
const letters = {
  decode: (ids: readonly number[]) => String.fromCharCode(...ids),
};

/** A reply in stretches, those apart that the engine takes for its answer. */
export function markedReply(text: string, question: Question): Stretch[] {
  const judgement = judgeReply(text, question.answers, question.rivals);
  const ids = Array.from({ length: text.length }, (_, i) => text.charCodeAt(i));
  const marked = new Set(answerTokens(letters, { ids, text }, question, judgement)?.tokens ?? []);
  const stretches: { start: number; text: string; marked: boolean }[] = [];
  for (let i = 0; i < text.length; i++) {
    const last = stretches.at(-1);
    if (last && last.marked === marked.has(i)) last.text += text[i];
    else stretches.push({ start: i, text: text[i]!, marked: marked.has(i) });
  }
  return stretches;
}
