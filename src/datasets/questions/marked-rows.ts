import type { TableHead } from '../tables/table.ts';
import { isMark, isRight } from './choices.ts';
import { cellsOf, firstNamed } from './column-names.ts';

/** Names of columns that say beyond doubt whether the answer beside them is right. */
const SAYS = 'is correct|correct|is right|is answer|answer is correct|is true|correctness'.split('|');
/** Names of columns that say so where a question comes with several answers, as in WikiQA. */
const MAY_SAY = 'label|labels|gold label|gold|target|relevance|relevant|score'.split('|');
/** Names of the answers that are marked so. */
const MARKED = 'answer|answer text|choice|candidate|candidate answer|option|response'.split('|');

/** Columns of answers, and of what marks those that are right. */
export interface MarkedAnswers {
  readonly answers: string;
  readonly right: string;
}

/**
 * Guesses whether rows hold right and wrong answers, of which a column of ones and zeros marks the right ones.
 * @param paths columns that hold nothing else
 */
export function guessMarked(
  table: TableHead,
  paths: readonly string[],
  question: string,
): MarkedAnswers | undefined {
  const questions = cellsOf(table, question).map(String);
  const areRepeated = new Set(questions).size < questions.length;
  const marks = (path: string) => {
    const cells = cellsOf(table, path);
    return cells.length > 0 && cells.every(isMark) && !cells.every(isRight);
  };
  const right =
    firstNamed(paths, SAYS, marks) ?? (areRepeated ? firstNamed(paths, MAY_SAY, marks) : undefined);
  const answers =
    right && firstNamed(paths, MARKED, (path) => path !== right && !cellsOf(table, path).every(isMark));
  return answers && right ? { answers, right } : undefined;
}
