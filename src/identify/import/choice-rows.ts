import { EngineError } from '../../errors.ts';
import { listedNames } from '../../shown.ts';
import { normalised } from '../words.ts';
import { choicesOf, keyedChoices } from './choices.ts';
import { formOf } from './guess-choices.ts';
import { type Cells, cellAt, type Table } from './table.ts';

/** What a row offers: its choices in order, the right ones, and the others. */
export interface OfferedRow {
  readonly all: readonly string[];
  readonly right: readonly string[];
  readonly others: readonly string[];
}

/**
 * Reads the choices of rows, or says why a row's cannot be read.
 * @param answers column that says which choice is right
 * @throws EngineError `bad-input` where it says so in no form that is known
 */
export function choiceReader(
  table: Table,
  choices: readonly string[],
  answers: string,
): (cells: Cells) => OfferedRow | string {
  const form = formOf(table, choices, answers);
  if (form === undefined)
    throw new EngineError(
      'bad-input',
      `The column ${listedNames([answers])} of ${table.name} does not say which of the choices in ${listedNames(choices)} is right; it names a choice by its label, letter, number or text, or marks each with 1 or 0.`,
    );
  return (cells) => {
    const offered = choicesOf(cells, choices);
    if (offered === undefined) return 'has fewer than two choices';
    const { right, others } = keyedChoices(offered, cellAt(cells, answers), form);
    const inWords = right.filter((text) => normalised(text) !== '');
    if (inWords.length === 0) return 'has a key that is none of its choices';
    return { all: offered.texts, right: [...new Set(inWords)], others };
  };
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
