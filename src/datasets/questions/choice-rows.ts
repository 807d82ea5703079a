import { EngineError } from '../../lib/errors.ts';
import { listedNames } from '../../lib/shown.ts';
import { normalised } from '../normalise.ts';
import { type Cells, cellAt, type Table } from '../tables/table.ts';
import { AMBIGUOUS, choicesOf, countingEvidence, type KeyForm, keyedChoices } from './choices.ts';
import { formOf } from './guess-choices.ts';

/** What a row offers: its choices in order, the right ones, and the others. */
export interface OfferedRow {
  readonly all: readonly string[];
  readonly right: readonly string[];
  readonly others: readonly string[];
}

export interface ChoiceReader {
  readonly form: KeyForm;
  /** Whether the right choice has a column of its own, which tells the answer without the others. */
  readonly isAmong: boolean;
  /** What a row offers, or why it cannot be read. */
  readonly read: (cells: Cells) => OfferedRow | string;
  /** To be called behind the last row. @throws EngineError `bad-input` where the rows show that numbers were read amiss */
  readonly check: () => void;
}

const HOW =
  'say how the choice is named (on the page under "The right choice is named by", in the terminal as key=letter, key=text, key=from-0 or key=from-1 within --columns)';

/**
 * Reads the choices of rows.
 * @param answers column that says which choice is right
 * @param key how it does; found out where it is left out
 * @throws EngineError `bad-input` where it says so in no form that is known, or in two that differ
 */
export function choiceReader(
  table: Table,
  choices: readonly string[],
  answers: string,
  key?: KeyForm,
): ChoiceReader {
  const isAmong = choices.length > 1 && choices.includes(answers);
  const form = key ?? (isAmong ? 'text' : formOf(table, choices, answers));
  if (form === AMBIGUOUS)
    throw new EngineError(
      'bad-input',
      `The column ${listedNames([answers])} of ${table.name} can be read in two ways that name different choices in ${listedNames(choices)}; ${HOW}.`,
    );
  if (form === undefined)
    throw new EngineError(
      'bad-input',
      `The column ${listedNames([answers])} of ${table.name} does not say which of the choices in ${listedNames(choices)} is right; it names a choice by its label, letter, number or text, or marks each with 1 or 0.`,
    );
  let zeros = 0;
  let lasts = 0;
  const read = (cells: Cells) => {
    const offered = choicesOf(cells, choices);
    if (offered === undefined) return 'has fewer than two choices';
    const { isZero, isLast } = countingEvidence(offered, cellAt(cells, answers));
    if (isZero) zeros++;
    if (isLast) lasts++;
    const { right, others } = keyedChoices(offered, cellAt(cells, answers), form);
    const inWords = right.filter((text) => normalised(text) !== '');
    if (inWords.length === 0) return 'has a key that is none of its choices';
    const all = offered.texts.filter((text) => text !== '');
    // A column of the right choice among those of the wrong ones would tell it by its place.
    return {
      all: isAmong ? all.toSorted() : all,
      right: [...new Set(inWords)],
      others,
    };
  };
  const check = () => {
    const amiss =
      form === 'from 0' ? lasts > 0 && lasts >= zeros : form === 'from 1' && zeros > 0 && zeros >= lasts;
    if (key === undefined && amiss)
      throw new EngineError(
        'bad-input',
        `The numbers in the column ${listedNames([answers])} of ${table.name} count the choices from 0 in its first rows and from 1 in others, or the other way round; ${HOW}.`,
      );
  };
  return { form, isAmong, read, check };
}

/** A question with its choices, as the model sees them. */
export function withChoices(question: string, choices: readonly string[]): string {
  return `${question}\n${choices.map((choice) => `- ${choice}`).join('\n')}\nAnswer with the words of one of them.`;
}

/** Wrong choices that a reply could name; one whose words stand within a right one is in every right reply. */
export function rivalsOf({ right, others }: OfferedRow): string[] {
  const stated = right.map((text) => ` ${normalised(text)} `);
  const rivals = others.filter((text) => {
    const words = normalised(text);
    return words !== '' && !stated.some((answer) => answer.includes(` ${words} `));
  });
  return [...new Set(rivals)];
}
