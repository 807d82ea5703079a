import type { Answer } from '../answers.ts';

/** Logarithms of the probabilities of the answer's tokens. */
function answerLogprobs({ record }: Answer): number[] {
  const reply = record.replies[record.representative];
  return (record.answer?.tokens ?? []).map((i) => reply.logprobs[i]);
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Measures of an answer that need no training: larger means more likely made up. */
export const meanLogprob = (answer: Answer) => -mean(answerLogprobs(answer));
export const minLogprob = (answer: Answer) => -Math.min(...answerLogprobs(answer));
export const firstTokenLogprob = (answer: Answer) => -(answerLogprobs(answer)[0] ?? 0);
export const firstTokenEntropy = ({ record }: Answer) => record.firstEntropy ?? 0;
export const answerLength = ({ record }: Answer) => record.answer?.tokens.length ?? 0;
