import { NO_LICENCE } from '../../lib/bytes/hub.ts';
import { normalised } from '../normalise.ts';
import { answersInCells } from '../questions/answer-cell.ts';
import type { TableRow } from '../tables/table.ts';
import { asked, type DraftRow, type SuiteFormat, sentence, textAt } from './format.ts';

/** Share of the words of two questions that both have, from which on one is a version of the other. */
const ALIKE = 0.5;

interface Entry {
  readonly where: string;
  readonly question: string;
  readonly answer: string;
}

function alike(a: string, b: string): boolean {
  const [first, second] = [a, b].map((text) => new Set(normalised(text).split(' ')));
  const shared = [...first].filter((word) => second.has(word)).length;
  return shared / (first.size + second.size - shared) >= ALIKE;
}

/**
 * The n-th question with a false premise is a version of the n-th with a true one: the answer to the latter goes along,
 * the rebuttal does not.
 */
async function* pairs(rows: AsyncIterable<TableRow>): AsyncGenerator<DraftRow> {
  const falseOnes: Entry[] = [];
  const trueOnes: Entry[] = [];
  for await (const { where, cells, problem } of rows) {
    const label = textAt(cells, 'label');
    const question = textAt(cells, 'question');
    const [answer = ''] = answersInCells([cells.answer], ['']);
    if (problem !== undefined) yield { where, made: problem };
    else if (question === '' || answer === '') yield { where, made: 'has no question or no answer' };
    else if (label !== '0' && label !== '1') yield { where, made: 'has a label that is neither 0 nor 1' };
    else (label === '1' ? falseOnes : trueOnes).push({ where, question, answer });
  }
  for (const [at, { where, question, answer }] of falseOnes.entries()) {
    const other = trueOnes[at];
    if (other === undefined || !alike(question, other.question)) {
      yield { where, made: 'has no version with a true premise, whose answer would go along' };
      continue;
    }
    yield {
      where,
      made: {
        topic: 'false premises',
        turns: asked(question),
        along: sentence(other.answer),
        against: sentence(answer),
        // Whole sentences stand in no free answer; denials have words in common by which they are told.
        marks: { along: [], against: [] },
      },
    };
  }
}

export const falseQa: SuiteFormat = {
  name: 'falseqa',
  title: 'FalseQA',
  kind: 'false-premise',
  source: { name: 'FalseQA', url: 'https://github.com/thunlp/FalseQA', licence: NO_LICENCE },
  columns: [['question'], ['answer'], ['label']],
  items: pairs,
};
