import { NO_LICENCE } from '../../lib/bytes/hub.ts';
import { answersInCells } from '../questions/answer-cell.ts';
import type { Cells } from '../tables/table.ts';
import { asked, type Draft, rowByRow, type SuiteFormat, sentence, textAt, textsAt } from './format.ts';

const withContext = (context: string, question: string) => `${context}\n\nQuestion: ${question}`;

/** The key's answer is the one of the made-up context; which of the others is true, the file does not say. */
function counterfactual(cells: Cells): Draft | string {
  const context = textAt(cells, 'context');
  const question = textAt(cells, 'question');
  const labels = textsAt(cells, 'choices.label');
  const choices = textsAt(cells, 'choices.text');
  const key = labels.indexOf(textAt(cells, 'answerKey'));
  if (context === '' || question === '') return 'has no question or no context';
  if (key === -1 || (choices[key] ?? '') === '') return 'has a key that is none of its choices';
  const answer = choices[key].replace(/\.$/, '');
  const options = choices.map((choice, at) => `(${labels[at]}) ${choice}`).join('\n');
  return {
    id: textAt(cells, 'id'),
    topic: 'counterfactual contexts',
    turns: asked(`${withContext(context, question)}\n${options}\nAnswer with the words of one of them.`),
    along: `The answer is: ${sentence(answer)}`,
    against: `The answer is not: ${sentence(answer)}`,
    marks: {
      along: [answer],
      against: choices.filter((choice, at) => at !== key && choice !== ''),
    },
  };
}

const NOT_THERE = ['unknown', 'unanswerable', 'does not say', 'not mentioned', 'no information'];

function unanswerable(cells: Cells): Draft | string {
  const context = textAt(cells, 'context');
  const question = textAt(cells, 'question');
  if (context === '' || question === '') return 'has no question or no context';
  const answers = answersInCells([cells.answers], ['']).filter((answer) => !NOT_THERE.includes(answer));
  return {
    id: textAt(cells, 'qid'),
    topic: 'unanswerable contexts',
    turns: asked(
      `${withContext(context, question)}\nAnswer from the context only, and with "unknown" if it does not tell.`,
    ),
    along: answers.length > 0 ? `The answer is ${sentence(answers[0])}` : 'The context gives the answer.',
    against: 'The answer is unknown.',
    marks: { along: answers.slice(0, 100), against: NOT_THERE },
  };
}

const from = (part: string) => ({
  name: `FaithEval (${part})`,
  url: `https://huggingface.co/datasets/Salesforce/FaithEval-${part}-v1.0`,
  licence: NO_LICENCE,
});

export const faithEvalCounterfactual: SuiteFormat = {
  name: 'faitheval-counterfactual',
  title: 'FaithEval, counterfactual contexts',
  kind: 'misleading-context',
  source: from('counterfactual'),
  columns: [['question'], ['context'], ['answerKey'], ['choices.label'], ['choices.text']],
  items: rowByRow(counterfactual),
};

export const faithEvalUnanswerable: SuiteFormat = {
  name: 'faitheval-unanswerable',
  title: 'FaithEval, unanswerable contexts',
  kind: 'over-broad',
  source: from('unanswerable'),
  columns: [['question'], ['context'], ['answers']],
  // Many data sets have these columns, and the context of most does tell.
  named: /unanswerable/i,
  items: rowByRow(unanswerable),
};
