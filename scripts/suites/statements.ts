import type { Question } from '../../src/datasets/questions/question-set.ts';

/** Names of countries that take an article. */
const ARTICLE = new Set(['United States', 'United Kingdom', 'Netherlands', 'Philippines']);

const place = (name: string) => (ARTICLE.has(name) ? `the ${name}` : name);
const plain = (answer: string) => answer;

/** A question's form, what it becomes with an answer (the last of the parts), and how the answer is written there. */
const forms: readonly (readonly [RegExp, string, ((answer: string) => string)?])[] = [
  [
    /^What is the (capital|capital city|official language|national language) of (.+)\?$/,
    'the $1 of $2 is {}',
  ],
  [
    /^What is the capital of the state of (.+) in the United States\?$/,
    'the capital of the state of $1 is {}',
  ],
  [/^(.+) is the capital of which country\?$/, '$1 is the capital of {}', place],
  [/^What is the currency of (.+)\?$/, 'the currency of $1 is the {}'],
  [/^What continent is (.+) located in\?$/, '$1 is in {}'],
  [/^On which continent is (.+)\?$/, '$1 is in {}'],
  [/^What country is (.+) located in\?$/, '$1 is in {}', place],
  [/^In which country is (.+)\?$/, '$1 is in {}', place],
  [/^What is the (chemical|atomic) symbol (for|of) (.+)\?$/, 'the $1 symbol $2 $3 is {}'],
  [/^What is the (opposite of .+)\?$/, 'the $1 is {}'],
  [/^Who wrote (.+)\?$/, '$1 was written by {}'],
  [/^What is (\d+ times \d+)\?$/, '$1 is {}'],
  [/^Is the (official language|chemical symbol) of (.+) {a} or {b}\?$/, 'the $1 of $2 is {}'],
  [/^Is the (currency) of (.+) the {a} or the {b}\?$/, 'the $1 of $2 is the {}'],
];

/** The question with marks in place of the two answers that it offers. */
function withoutChoice({ question, answers, rivals = [] }: Question): string {
  for (const rival of rivals) {
    for (const answer of answers) {
      for (const [a, b] of [
        [answer, rival],
        [rival, answer],
      ]) {
        if (question.endsWith(` the ${a} or the ${b}?`))
          return question.slice(0, -`${a} or the ${b}?`.length).concat('{a} or the {b}?');
        if (question.endsWith(` ${a} or ${b}?`))
          return question.slice(0, -`${a} or ${b}?`.length).concat('{a} or {b}?');
      }
    }
  }
  return question;
}

/**
 * What says that an answer is the one to a question: "the capital of Japan is Tokyo".
 * @throws Error on a question of another form
 */
export function statementOf(question: Question): (answer: string) => string {
  const text = withoutChoice(question);
  for (const [form, statement, write = plain] of forms) {
    if (form.test(text)) return (answer) => text.replace(form, statement).replace('{}', () => write(answer));
  }
  throw new Error(`There is no statement for "${question.question}".`);
}

/** The first letter in upper case. */
export const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
