import { withoutArticles, wordsOf } from '../../../datasets/normalise.ts';
import type { SparseFeatures } from '../../../lib/stats/features.ts';
import { sparseScores } from '../../../lib/stats/passes.ts';
import { answersOnly, fitTrained, type Learning } from './learning.ts';

/** Of a fit on few columns, which does not choose among them. */
const LOOSE_C = 10;

/** A word counts where this many questions that are learnt from have it. */
const FEWEST_QUESTIONS = 2;

/** Which words each question has: 1 where it has the word of a column. */
function questionWords({ answers, train }: Learning): SparseFeatures {
  const words = answers.map(
    ({ record }) => new Set(withoutArticles(wordsOf(record.question.question)).map((word) => word.text)),
  );
  const times = new Map<string, number>();
  words.forEach((some, i) => {
    if (train[i] > 0) for (const word of some) times.set(word, (times.get(word) ?? 0) + 1);
  });
  const columns = [...times].filter(([, count]) => count >= FEWEST_QUESTIONS).map(([word]) => word);
  const rowIndices: number[] = [];
  const starts = [0];
  for (const word of columns) {
    words.forEach((some, i) => {
      if (some.has(word)) rowIndices.push(i);
    });
    starts.push(rowIndices.length);
  }
  return {
    kind: 'sparse',
    rows: answers.length,
    columns: columns.length,
    values: new Float32Array(rowIndices.length).fill(1),
    rowIndices: Int32Array.from(rowIndices),
    starts: Int32Array.from(starts),
  };
}

/** Scores of a regression that sees the words of the question and nothing of the model. */
export async function questionWordScores(all: Learning): Promise<Float64Array> {
  const learning = answersOnly(all);
  const features = questionWords(learning);
  return sparseScores(features, await fitTrained(learning, features, LOOSE_C));
}
