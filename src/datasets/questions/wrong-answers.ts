import { type Cell, isCells, type TableHead } from '../tables/table.ts';
import { cellsOf, firstNamed, namesOf, texts } from './column-names.ts';

/** Names by which data sets call the one right choice where the wrong ones have columns of their own. */
const RIGHT =
  'correct answer|right answer|best answer|true answer|gold answer|gold ending|correct option|correct choice|correct ending|correct|right|answer|answer text|target'.split(
    '|',
  );

/** How such a column of wrong choices is called: one that a number or letter tells from others, or one of several. */
const WRONG =
  /^(?:distractors?|foils?|(?:best )?(?:incorrect|wrong|false|bad|hallucinated)(?: (?:answer|option|choice|ending|response)s?)?)(?: (?:[a-z]|\d{1,2}))?$/;

/** Whether a column's name says that a cell of it holds several choices. */
export const holdsSeveral = (path: string): boolean =>
  /^(?:distractors|foils|incorrect|wrong|false|bad|.* (?:answers|options|choices|endings|responses))$/.test(
    namesOf(path).at(-1) ?? '',
  );

const outerOf = (path: string) => path.slice(0, Math.max(0, path.lastIndexOf('.')));

/** Letters that would name one of several choices. */
const areLetters = (cells: readonly Cell[]) => cells.every((cell) => /^\(?[A-J][).]?$/.test(String(cell)));

/** A name without the number or letter that tells it from others. */
const stemOf = (path: string) => (namesOf(path).at(-1) ?? '').replace(/ (?:[a-z]|\d{1,2})$/, '');

/**
 * The column of the right choice, and those of the wrong ones: SciQ, GPQA, TruthfulQA, quizzes.
 * @returns nothing where the table has none
 */
export function rightAmongWrong(
  table: TableHead,
  paths: readonly string[],
): { readonly right: string; readonly wrong: readonly string[] } | undefined {
  const holdsText = (path: string) => {
    const cells = cellsOf(table, path);
    const isBare = /^(?:incorrect|wrong|false|bad)$/.test(namesOf(path).at(-1) ?? '');
    // A column "wrong" of numbers counts something.
    return isBare
      ? cells.some((cell) => Array.isArray(cell) || /^\s*\[/.test(String(cell)))
      : cells.length > 0 && !cells.every((cell) => typeof cell === 'boolean' || isCells(cell));
  };
  const wrong = paths.filter((path) => WRONG.test(namesOf(path).at(-1) ?? '') && holdsText(path));
  const isRight = (path: string) => {
    const cells = cellsOf(table, path);
    return texts(cells).length > 0 && !wrong.includes(path) && !areLetters(cells);
  };
  const right = firstNamed(paths, RIGHT, isRight);
  if (right === undefined) return undefined;
  const families = new Map<string, string[]>();
  for (const path of wrong.filter((each) => outerOf(each) === outerOf(right)))
    families.set(stemOf(path), [...(families.get(stemOf(path)) ?? []), path]);
  const size = (family: readonly string[]) => family.length + (holdsSeveral(family[0]) ? 1 : 0);
  const largest = [...families.values()].toSorted((a, b) => size(b) - size(a))[0];
  return largest && { right, wrong: largest };
}
