import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { EngineError } from '../errors.ts';
import { parseQuestionSet, type QuestionSet } from '../identify/questions.ts';

/** Question sets that come with the program. */
const BUILT_IN = ['facts', 'invented'] as const;

const builtInPath = (name: string) =>
  fileURLToPath(new URL(`../../public/questions/${name}.jsonl`, import.meta.url));

/**
 * Reads a question set by the name of a built-in one or from a file.
 * @param limit takes only so many questions from the start
 */
export async function readQuestions(place: string, limit?: number): Promise<QuestionSet> {
  const path = BUILT_IN.some((name) => name === place) ? builtInPath(place) : place;
  if (!existsSync(path))
    throw new EngineError(
      'load-failed',
      `There is no question set at ${place}; give a file, or one of the built-in names: ${BUILT_IN.join(', ')}.`,
    );
  const set = parseQuestionSet(await readFile(path, 'utf8'));
  return limit === undefined ? set : { ...set, questions: set.questions.slice(0, limit) };
}
