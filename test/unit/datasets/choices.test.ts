import { describe, expect, it } from 'vitest';
import { completeMapping } from '../../../src/datasets/questions/columns.ts';
import { toQuestionSet } from '../../../src/datasets/questions/from-table.ts';
import type { Question } from '../../../src/datasets/questions/question-set.ts';
import { readTable } from '../../../src/datasets/tables/read-table.ts';
import { questionsOf as questionsOfRun } from '../../../src/studies/identify/run.ts';
import { parseColumns } from '../../../src/studies/identify/terminal/question-file.ts';

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
    ['a place without a choice', { question: 'Q?', A: 'w', B: '', C: 'y', D: 'z', answer: 'C' }, ['y']],
    [
      'MathQA',
      { Problem: 'How much?', options: 'a ) 3 . 5 , b ) rs . 400 , c ) 1 , 000 , d ) 4 . 5', correct: 'c' },
      ['1 , 000'],
    ],
    [
      'AQuA',
      { question: 'Q?', options: ['A)21', 'B)21.5', 'C)22'], rationale: 'As', correct: 'B' },
      ['21.5'],
    ],
    ['labels within texts', { question: 'Q?', options: ['A. one', 'B. two'], answer: 'B. two' }, ['two']],
    ['LogiQA', { context: 'T', query: 'Q?', options: ['w', 'x', 'y', 'z'], correct_option: 2 }, ['y']],
    ['PIQA', { goal: 'do it', sol1: 'x', sol2: 'y', label: 1 }, ['y']],
    ['WinoGrande with 1', { sentence: 'Q _', option1: 'Ann', option2: 'Bob', answer: '1' }, ['Ann']],
    ['a column by its name', { question: 'Q?', option1: 'Ann', option2: 'Bob', answer: 'option1' }, ['Ann']],
    [
      'ten columns',
      {
        question: 'Q?',
        ...Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`option${at + 1}`, `c${at + 1}`])),
        answer: 10,
      },
      ['c10'],
    ],
    [
      'TruthfulQA as its authors have it',
      { question: 'Q?', mc1_targets: { 'It is 3. Yes.': 1, 'No. Never.': 0 } },
      ['It is 3. Yes.'],
    ],
    [
      'labels that look like marks',
      { question: 'Q?', choices: { text: ['x', 'y'], label: ['0', '1'] }, answerKey: '0' },
      ['x'],
    ],
    [
      'marks as Python writes them',
      {
        question: 'Q?',
        mc1_targets: "{'choices': array(['x', 'y'], dtype=object), 'labels': [False, True]}",
      },
      ['y'],
    ],
    ['SciQ', { question: 'Q?', distractor1: 'x', distractor2: 'y', correct_answer: 'z' }, ['z']],
    ['BoolQ', { question: 'is it', passage: 'T', answer: true }, ['true', 'yes']],
    [
      'SQuAD with three forms',
      { question: 'Who?', answer: 'Bob', answers: { text: ['Bob', 'Rob'], answer_start: [1, 1] } },
      ['Bob', 'Rob'],
    ],
    ['QASC', { id: 'x', question: 'Q?', choices, answerKey: 'B', fact1: 'F', fact2: 'G' }, ['the moon']],
    [
      'Cosmos QA',
      { context: 'T', question: 'Q?', answer0: 'w', answer1: 'x', answer2: 'y', answer3: 'z', label: 1 },
      ['x'],
    ],
    [
      'SWAG',
      {
        ...{ 'video-id': 'v', 'fold-ind': '1', startphrase: 'She sits', sent1: 'She sits', sent2: 'She' },
        ...{ ending0: 'runs.', ending1: 'sings.', ending2: 'eats.', ending3: 'flies.', label: 2 },
      },
      ['eats.'],
    ],
    ['ReClor', { context: 'T', question: 'Q?', answers: ['w', 'x', 'y', 'z'], label: 3 }, ['z']],
    ['QuAIL', { question: 'Q?', answers: ['w', 'x', 'y', 'z'], correct_answer_id: '0' }, ['w']],
    [
      'HEAD-QA',
      {
        qtext: 'Q?',
        answers: [
          { aid: 1, atext: 'x' },
          { aid: 2, atext: 'y' },
        ],
        ra: 2,
      },
      ['y'],
    ],
    [
      'a quiz that marks its answers',
      {
        question: 'Q?',
        answers: [
          { text: 'x', correct: false },
          { text: 'y', correct: true },
        ],
      },
      ['y'],
    ],
    [
      'a quiz that marks its options otherwise',
      { question: 'Q?', options: [{ option: 'x', isCorrect: true }, { option: 'y' }] },
      ['x'],
    ],
    ['options in one text', { question: 'Q?', options: 'red; green; blue', answer: 'B' }, ['green']],
    ['options in lines', { question: 'Q?', options: 'A. red\nB. green', answer: 'b' }, ['green']],
    ['options with bars', { question: 'Q?', choices: 'red|green', answer: 1 }, ['green']],
    ['a key with its text', { question: 'Q?', A: 'one', B: 'two', answer: 'B. two' }, ['two']],
    ['a key with its name', { question: 'Q?', A: 'one', B: 'two', answer: 'Answer: B' }, ['two']],
    ['a key in brackets', { question: 'Q?', A: 'one', B: 'two', answer: '[B]' }, ['two']],
    ['HaluEval', { question: 'Q?', right_answer: 'x', hallucinated_answer: 'y' }, ['x']],
    ['a list with the right one', { question: 'Q?', answers: ['x', 'y', 'z'], correct: 'y' }, ['y']],
    ['a list with the right letter', { question: 'Q?', answers: ['x', 'y'], correct_answer: 'B' }, ['y']],
    ['several letters', { question: 'Q?', choices: ['x', 'y', 'z'], answer: ['A', 'C'] }, ['x', 'z']],
  ])('%s', async (_, row, expected) => {
    expect((await ofRows(row)).map(({ answers }) => answers)).toEqual([expected]);
  });

  it.each<[string, object, string[], string[]]>([
    [
      'SciQ',
      {
        ...{ question: 'Q?', distractor3: 'c', distractor1: 'a', distractor2: 'b' },
        ...{ correct_answer: 'z', support: 'T' },
      },
      ['z'],
      ['a', 'b', 'c'],
    ],
    [
      'GPQA',
      {
        ...{ 'Pre-Revision Question': 'P?', 'Pre-Revision Correct Answer': 'p' },
        ...{ 'Pre-Revision Incorrect Answer 1': 'q', Question: 'Q?', 'Correct Answer': 'z' },
        ...{ 'Incorrect Answer 1': 'a', 'Incorrect Answer 2': 'b', 'Incorrect Answer 3': 'c' },
        ...{ Explanation: 'Since.', Subdomain: 'S', 'Record ID': 'rec' },
      },
      ['z'],
      ['a', 'b', 'c'],
    ],
    [
      'TruthfulQA',
      {
        ...{ Type: 'T', Category: 'C', Question: 'Q?', 'Best Answer': 'z', 'Best Incorrect Answer': 'a' },
        ...{ 'Correct Answers': 'z; y', 'Incorrect Answers': 'a; b; c' },
      },
      ['z', 'y'],
      ['a', 'b', 'c'],
    ],
    [
      'TruthfulQA on the Hub',
      { question: 'Q?', best_answer: 'z', correct_answers: ['z', 'y'], incorrect_answers: ['a', 'b'] },
      ['z', 'y'],
      ['a', 'b'],
    ],
    [
      'Open Trivia DB',
      { question: 'Tom &amp; who?', correct_answer: 'z', incorrect_answers: ['a', 'b&eacute;'] },
      ['z'],
      ['a', 'bé'],
    ],
    [
      'The Trivia API',
      { question: { text: 'Q?' }, correctAnswer: 'z', incorrectAnswers: ['a', 'b'] },
      ['z'],
      ['a', 'b'],
    ],
    [
      'SWAG whole',
      {
        startphrase: 'She sits',
        'gold-ending': 'z',
        'distractor-0': 'a',
        'distractor-1': 'b',
        'gold-source': 'gold',
      },
      ['z'],
      ['a', 'b'],
    ],
    ['a list of wrong ones', { question: 'Q?', correct: 'z', wrong: ['a', 'b'] }, ['z'], ['a', 'b']],
  ])('%s, of whose columns one is right and others are wrong', async (_, row, right, wrong) => {
    const text = JSON.stringify(row);
    const [open] = await questionsOf(text, 'rows.jsonl');
    expect(open).toMatchObject({ answers: right });
    const [shown] = await questionsOf(text, 'rows.jsonl', 'choices');
    expect(shown.answers).toEqual(right);
    expect(shown.rivals?.toSorted()).toEqual(wrong);
    expect(shown.question.split('\n').slice(1, -1)).toEqual([...wrong, right[0]].map((each) => `- ${each}`));
  });

  it.each<[string, string, string]>([
    [
      'WikiQA',
      'a.tsv',
      'question_id\tquestion\tdocument_title\tanswer\tlabel\nq1\tWho?\tT\twrong\t0\nq1\tWho?\tT\tright\t1\n',
    ],
    ['pairs', 'a.csv', 'question,answer,is_correct\nWho?,right,TRUE\nHow?,wrong,FALSE\n'],
    ['a row a choice', 'a.csv', 'question,choice,label\nWho?,wrong,0\nWho?,right,1\nWho?,worse,0\n'],
  ])('%s, where a column marks the rows of right answers', async (_, name, text) => {
    const found = await questionsOf(text, name);
    expect(found.map(({ question, answers }) => [question, answers])).toEqual([['Who?', ['right']]]);
    const table = await readTable(new TextEncoder().encode(text), name);
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    const all = await toQuestionSet(table, completeMapping(table, parseColumns('right=none')), about);
    expect(all.set.questions.length).toBeGreaterThan(1);
    const { skipped } = await toQuestionSet(table, completeMapping(table), about);
    expect(skipped.first[0].reason).toMatch(/^is not marked as right by the column "(label|is_correct)"$/);
  });

  it('and take a column of ones and zeros for no mark where every question comes once', async () => {
    const found = await questionsOf('question,answer,label\nWho?,Ann,0\nHow?,so,1\n', 'a.csv');
    expect(found.map(({ answers }) => answers)).toEqual([['Ann'], ['so']]);
  });

  it('and ask without choices what has none, where the right answer has a column', async () => {
    const rows = [
      { question: 'Q1?', correct_answer: 'x', incorrect_answers: ['a'] },
      { question: 'Q2?', correct_answer: 'y', incorrect_answers: [] },
    ].map((row) => JSON.stringify(row));
    const open = await questionsOf(rows.join('\n'), 'rows.jsonl');
    expect(open.map(({ answers }) => answers)).toEqual([['x'], ['y']]);
    expect(await questionsOf(rows.join('\n'), 'rows.jsonl', 'choices')).toHaveLength(1);
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

  const rowsOf = (count: number, answer: (at: number) => number) =>
    Array.from({ length: count }, (_, at) => ({
      question: `Q${at}?`,
      choices: ['a', 'b', 'c', 'd'],
      answer: answer(at),
    }));

  it.each<[string, object[]]>([
    ['a number that is a text, too', [{ question: 'Q?', choices: ['1', '2', '3'], answer: 2 }]],
    ['a letter that is a text, too', [{ question: 'Q?', choices: ['B', 'A'], answer: 'A' }]],
    ['numbers that only a later row shows to count from 1', rowsOf(300, (at) => 1 + Math.floor(at / 75))],
    ['letters of several choices in one text', [{ question: 'Q?', choices: ['x', 'y', 'z'], answer: 'AC' }]],
    ['letters beside choices in one text', [{ question: 'Q?', options: 'red, green', answer: 'B' }]],
    ['a number of no choice', [{ question: 'Q?', choices: ['x', 'y', 'z'], answer: -1 }]],
  ])('and are refused with %s', async (_, rows) => {
    await expect(ofRows(...rows)).rejects.toThrow(/^The (numbers in the )?column "answer" of rows.jsonl /);
  });

  it('and read an ambiguous key as the person says', async () => {
    const text = 'question,A,B,C,answer\nQ1?,x,y,z,1\nQ2?,x,y,z,2\n';
    await expect(questionsOf(text, 'a.csv')).rejects.toThrow(
      'The column "answer" of a.csv can be read in two ways that name different choices in "A", "B", "C"',
    );
    const table = await readTable(new TextEncoder().encode(text), 'a.csv');
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    const read = async (columns: string) =>
      (await toQuestionSet(table, completeMapping(table, parseColumns(columns)), about)).set.questions.map(
        ({ answers }) => answers[0],
      );
    expect(await read('key=from-1')).toEqual(['x', 'y']);
    expect(await read('key=from-0')).toEqual(['y', 'z']);
    expect(await read('choices=none')).toEqual(['1', '2']);
    expect(() => parseColumns('key=guess')).toThrow('named by its label, marks, letter');
  });

  it("and ask of COPA's premise", async () => {
    const found = await ofRows(
      { premise: 'It rained.', question: 'effect', choice1: 'wet', choice2: 'dry', label: 0 },
      { premise: 'He fell down.', question: 'cause', choice1: 'ran', choice2: 'slipped', label: 1 },
    );
    expect(found.map(({ question, answers }) => [question, answers[0]])).toEqual([
      ['It rained.', 'wet'],
      ['He fell down.', 'slipped'],
    ]);
  });

  it('and show a right choice among wrong ones in an order that does not tell it', async () => {
    const row = { question: 'Q?', correct_answer: 'z', distractor1: 'y', distractor2: 'x' };
    const table = await readTable(new TextEncoder().encode(JSON.stringify(row)), 'a.jsonl');
    if (table.format === 'h-neuron-questions') throw new Error('a set, not a table');
    const columns = parseColumns(
      'choices=correct_answer,choices=distractor1,choices=distractor2,ask=choices',
    );
    const { set } = await toQuestionSet(table, completeMapping(table, columns), about);
    expect(set.questions[0]).toMatchObject({ answers: ['z'], rivals: ['y', 'x'] });
    expect(set.questions[0].question).toContain('- x\n- y\n- z\n');
    expect(questionsOfRun(set).asked).toBe('choices');
    const open = await toQuestionSet(table, { ...completeMapping(table, columns), ask: 'open' }, about);
    expect(questionsOfRun(open.set).asked).toBeUndefined();
    expect(questionsOfRun(open.set).hash).not.toBe(questionsOfRun(set).hash);
  });

  it('in linear time', async () => {
    const long = ' '.repeat(2_000_000);
    const [found] = await questionsOf(`question,options,answer\nQ?,"a ) x${long}b ) y",a\n`, 'a.csv');
    expect(found.answers).toEqual(['x']);
  }, 4000);

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
