import { describe, expect, it } from 'vitest';
import { completeMapping } from '../../src/identify/import/columns.ts';
import { toQuestionSet } from '../../src/identify/import/question-set.ts';
import { readTable } from '../../src/identify/import/read-table.ts';
import type { Question } from '../../src/identify/questions.ts';

const about = { name: 'Test', source: { name: 'own', licence: 'MIT' } };

async function questionsOf(
  text: string,
  name: string,
  ask: 'open' | 'choices' = 'open',
): Promise<readonly Question[]> {
  const table = await readTable(new TextEncoder().encode(text), name);
  if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
  return (await toQuestionSet(table, { ...completeMapping(table), ask }, about)).set.questions;
}

const ofRows = (...rows: readonly object[]) =>
  questionsOf(rows.map((row) => JSON.stringify(row)).join('\n'), 'rows.jsonl');

const choices = { text: ['the sun', 'the moon'], label: ['A', 'B'] };

describe('questions with choices accept the one that the key names', () => {
  it.each<[string, object, string[]]>([
    ['ARC', { question: 'Q?', choices, answerKey: 'B' }, ['the moon']],
    [
      'ARC with numbers',
      { question: 'Q?', choices: { ...choices, label: ['1', '2'] }, answerKey: '1' },
      ['the sun'],
    ],
    [
      'OpenBookQA and CommonsenseQA',
      {
        question: {
          stem: 'Q?',
          choices: [
            { label: 'A', text: 'the sun' },
            { label: 'B', text: 'the moon' },
          ],
        },
        answerKey: 'A',
      },
      ['the sun'],
    ],
    ['MMLU', { question: '2+2?', choices: ['3', '4'], answer: 1 }, ['4']],
    ['HellaSwag', { ctx: 'She', endings: ['sits.', 'flies.', 'sings.'], label: '0' }, ['sits.']],
    ['RACE', { article: 'Text', question: 'Q?', options: ['one', 'two', 'three'], answer: 'C' }, ['three']],
    [
      'TruthfulQA',
      {
        question: 'Q?',
        mc1_targets: { choices: ['yes', 'no'], labels: [0, 1] },
        mc2_targets: { choices: ['yes', 'no'], labels: [0, 1] },
      },
      ['no'],
    ],
    ['columns A to D', { question: 'Q?', A: 'w', B: 'x', C: 'y', D: 'z', answer: 'C' }, ['y']],
    ['WinoGrande', { sentence: 'Q _', option1: 'Ann', option2: 'Bob', answer: '2' }, ['Bob']],
    ['COPA', { premise: 'It rained.', choice1: 'wet', choice2: 'dry', label: 0 }, ['wet']],
    ['MedMCQA', { question: 'Q?', opa: 'w', opb: 'x', opc: 'y', opd: 'z', cop: 3 }, ['z']],
    ['SIQA', { question: 'Q?', answerA: 'x', answerB: 'y', answerC: 'z', label: '3' }, ['z']],
    ['MedQA', { question: 'Q?', options: { A: 'x', B: 'y' }, answer_idx: 'B', answer: 'y' }, ['y']],
    ['an answer as text', { question: 'Q?', choice: ['red', 'blue'], answer: 'Blue' }, ['blue']],
    ['a column as Python writes it', { question: 'Q?', choices: "['red' 'blue']", answer: 'A' }, ['red']],
  ])('%s', async (_, row, expected) => {
    expect((await ofRows(row)).map(({ answers }) => answers)).toEqual([expected]);
  });

  it('with numbers that count from 1 where one is the number of choices and none is 0', async () => {
    const row = (answer: string) => ({ question: `Q ${answer}?`, option1: 'Ann', option2: 'Bob', answer });
    const found = await ofRows(row('1'), row('2'));
    expect(found.map(({ answers }) => answers[0])).toEqual(['Ann', 'Bob']);
  });

  it('and say which row has another key', async () => {
    const table = await readTable(
      new TextEncoder().encode('question,A,B,answer\nQ1?,x,y,A\nQ2?,x,y,B\nQ3?,x,y,E\n'),
      'a.csv',
    );
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    const { skipped } = await toQuestionSet(table, completeMapping(table), about);
    expect(skipped.first).toEqual([{ where: 'line 4', reason: 'has a key that is none of its choices' }]);
  });

  it('but lists of accepted answers are no choices', async () => {
    const [found] = await ofRows({ question: 'Q?', answer: 'Ann', answers: ['Ann', 'Anna'] });
    expect(found.answers).toEqual(['Ann', 'Anna']);
  });

  it('and show the choices to the model where that is asked for', async () => {
    const [open] = await questionsOf('question,A,B,answer\nWhich shines?,the sun,the moon,A\n', 'a.csv');
    expect(open).toMatchObject({ question: 'Which shines?', answers: ['the sun'] });
    expect(open.rivals).toBeUndefined();
    const [shown] = await questionsOf(
      'question,A,B,answer\nWhich shines?,the sun,the moon,A\n',
      'a.csv',
      'choices',
    );
    expect(shown).toMatchObject({
      question: 'Which shines?\n- the sun\n- the moon\nAnswer with the words of one of them.',
      fact: open.fact,
      id: open.id,
      answers: ['the sun'],
      rivals: ['the moon'],
    });
  });
});
