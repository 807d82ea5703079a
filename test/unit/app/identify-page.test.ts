import { describe, expect, it } from 'vitest';
import { markedReply } from '../../../app/identify/answer-marks.ts';
import {
  answerLogprob,
  answersCsv,
  type Corrections,
  filtered,
  isDenied,
  noFilter,
  shownReply,
} from '../../../app/identify/answer-rows.ts';
import { detectorRows, detectorTable, rowsOfSet } from '../../../app/identify/detector-rows.ts';
import { relationWords, spread } from '../../../app/identify/question-sets.ts';
import { readinessOf } from '../../../app/identify/readiness.ts';
import { archiveOf } from '../../../app/identify/run-archive.ts';
import { cellStrength } from '../../../app/identify/TransferTable.tsx';
import { isPageName, pageOf } from '../../../app/shell/page.ts';
import { pageOf as rowsOfPage } from '../../../app/ui/Pager.tsx';
import { countsText, rateText } from '../../../app/ui/run-words.ts';
import { type Question, relationCounts } from '../../../src/datasets/questions/question-set.ts';
import { unpackRuns } from '../../../src/lib/bytes/zip-files.ts';
import type { JudgedReply, QuestionRecord } from '../../../src/studies/identify/records.ts';
import type { VerdictRow } from '../../../src/studies/identify/verdict.ts';

const none: Corrections = new Map();

function question(change: Partial<Question> = {}): Question {
  return {
    id: 'capitals/france',
    fact: 'capitals/france',
    question: 'What is the capital of France?',
    answers: ['Paris'],
    relation: 'capitals',
    source: 'own',
    ...change,
  };
}

function reply(text: string, verdict: JudgedReply['verdict'], logprobs = [-1, -3]): JudgedReply {
  return { ids: [1, 2], logprobs, text, finish: 'stop', verdict };
}

function record(index: number, change: Partial<QuestionRecord> = {}): QuestionRecord {
  return {
    index,
    question: question(),
    status: 'right',
    replies: [reply('Paris', 'right')],
    representative: 0,
    answer: { tokens: [0, 1], kind: 'accepted' },
    row: index,
    ...change,
  };
}

describe('the page in the address', () => {
  it('keeps the explorer’s links valid', () => {
    expect(['', '#', '#explore', '#s1.AAAA', '#s12.x'].map(pageOf)).toEqual(new Array(5).fill('explore'));
    expect(pageOf('#identify')).toBe('identify');
    expect(['explore', 'identify', 's1.AAAA', ''].map(isPageName)).toEqual([true, true, false, false]);
    expect(['#elsewhere', '#s1', '#identify2', '#javascript:alert(1)'].map(pageOf)).toEqual(
      new Array(4).fill(undefined),
    );
  });
});

describe('the table of answers', () => {
  const denied = record(1, {
    status: 'mixed',
    row: undefined,
    representative: undefined,
    answer: undefined,
    replies: [reply('It is not Paris.', 'denied'), reply('Lyon', 'wrong')],
    question: question({ relation: 'cities', question: 'Where is the Louvre?' }),
  });
  const records = [record(0), denied, record(2, { status: 'wrong', replies: [reply('Lyon', 'wrong')] })];

  it('filters by outcome, relation and text', () => {
    const indices = (filter: Partial<typeof noFilter>, corrections = none) =>
      filtered(records, { ...noFilter, ...filter }, corrections).map(({ index }) => index);
    expect(indices({})).toEqual([0, 1, 2]);
    expect(indices({ kind: 'wrong' })).toEqual([2]);
    expect(indices({ kind: 'denied' })).toEqual([1]);
    expect(indices({ kind: 'corrected' }, new Map([[2, 'right']]))).toEqual([2]);
    expect(indices({ relation: 'cities' })).toEqual([1]);
    expect(indices({ text: '  LYON ' })).toEqual([1, 2]);
    expect(indices({ text: 'louvre', kind: 'right' })).toEqual([]);
  });

  it('shows the reply that stands for all, else the first', () => {
    expect(records.map(shownReply)).toEqual(['Paris', 'It is not Paris.', 'Lyon']);
    expect(shownReply(record(3, { replies: [] }))).toBe('');
    expect(records.map(isDenied)).toEqual([false, true, false]);
    expect(answerLogprob(records[0]!)).toBe(-2);
    expect(answerLogprob(denied)).toBeUndefined();
  });

  it('saves every row as CSV, formulas as text and corrections beside the judgement', () => {
    const formula = record(4, { question: question({ question: '=HYPERLINK("x")', answers: ['a', '+b'] }) });
    const lines = answersCsv([formula, denied], new Map([[4, 'left-out']])).split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toBe(
      'number,id,relation,question,accepted answers,judged,your label,reply,replies,right,made up,uncertain,denied,answer tokens,mean log-probability,first-token entropy,takes part,note',
    );
    expect(lines[1]).toContain(
      '5,capitals/france,capitals,"\'=HYPERLINK(""x"")",a | +b,right,left out,Paris,1,1,0,0,0,2,-2.0000,',
    );
    expect(lines[1]).toMatch(/,no,$/);
    expect(lines[2]).toContain('mixed,,It is not Paris.,2,0,1,0,1,,');
  });

  it('turns pages and stops at the last one', () => {
    expect(rowsOfPage([1, 2, 3, 4, 5], 1, 2)).toEqual([3, 4]);
    expect(rowsOfPage([1, 2, 3, 4, 5], 9, 2)).toEqual([5]);
    expect(rowsOfPage([], 3, 2)).toEqual([]);
  });
});

describe('the marks of an answer', () => {
  const marked = (text: string, about = question()) =>
    markedReply(text, about)
      .filter((stretch) => stretch.marked)
      .map((stretch) => stretch.text);

  it('are the accepted answer in a right reply, and what carries content in a wrong one', () => {
    expect(marked('The capital of France is Paris, of course.')).toEqual(['Paris']);
    expect(marked('The capital of France is Lyon.')).toEqual(['Lyon']);
    expect(marked('It is São Paulo')).toEqual(['São', 'Paulo']);
  });

  it('leave the text as it is', () => {
    for (const text of ['', ' Paris 🙂', 'a\nb'])
      expect(
        markedReply(text, question())
          .map((stretch) => stretch.text)
          .join(''),
      ).toBe(text);
  });
});

describe('what there is to learn from', () => {
  const many = (right: number, wrong: number, relation = 'capitals', start = 0) =>
    Array.from({ length: right + wrong }, (_, i) =>
      record(start + i, { status: i < right ? 'right' : 'wrong', question: question({ relation }) }),
    );

  it('says in a sentence what is missing', () => {
    expect(readinessOf([], none).missing).toMatch(/^No right answers and no made-up answers; at least 5/);
    expect(readinessOf(many(3, 50), none).missing).toMatch(
      /^3 right answers and 50 made-up answers; .*ask more/,
    );
    expect(readinessOf(many(1, 50), none).missing).toMatch(/^1 right answer and/);
    expect(readinessOf([...many(30, 0), ...many(0, 30, 'cities', 30)], none).missing).toMatch(
      /hardly any relation has both \(0 pairs\)/,
    );
  });

  it('counts pairs within relations, corrections in place, and only answers with features', () => {
    const records = [
      ...many(10, 20),
      ...many(4, 1, 'cities', 30),
      record(35, { row: undefined, status: 'mixed' }),
    ];
    expect(readinessOf(records, none)).toMatchObject({ right: 14, madeUp: 21, pairs: 11, relations: 2 });
    expect(readinessOf(records, none).missing).toBeUndefined();
    expect(readinessOf(records, none).caution).toMatch(/^Only 11 pairs/);
    const labels: Corrections = new Map([
      [0, 'wrong'],
      [34, 'left-out'],
    ]);
    expect(readinessOf(records, labels)).toMatchObject({ right: 13, madeUp: 21, pairs: 9, relations: 1 });
    expect(readinessOf(many(60, 60), none).caution).toBeUndefined();
  });
});

describe('question sets', () => {
  const set = {
    header: {
      format: 'h-neuron-questions',
      version: 1,
      name: 'A',
      description: 'B',
      sources: { own: { name: 'C', licence: 'MIT' } },
      relations: {},
    },
    questions: Array.from({ length: 100 }, (_, i) =>
      question({ id: String(i), relation: i < 50 ? 'one' : 'two_things-here' }),
    ),
  } as const;

  it('are thinned evenly, so that every relation keeps its share', () => {
    const some = spread(set, 10);
    expect(some.questions.map(({ id }) => Number(id))).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90]);
    expect(some.header.relations).toEqual({ one: 5, 'two_things-here': 5 });
    expect(new Set(spread(set, 99).questions).size).toBe(99);
    expect(spread(set, 100)).toBe(set);
    expect([...relationCounts(set.questions)]).toEqual([
      ['one', 50],
      ['two_things-here', 50],
    ]);
    expect(relationWords('two_things-here')).toBe('two things here');
  });
});

describe('words about a run', () => {
  const counts = { right: 1234, wrong: 0, mixed: 2, uncertain: 1, skipped: 0 };

  it('tell counts, rate and time left', () => {
    expect(countsText(counts)).toBe('1,234 right, 2 mixed, 1 does not know');
    expect(countsText({ ...counts, right: 0, mixed: 0, uncertain: 0 })).toBe('none asked yet');
    const figures = { done: 3, total: 9, counts, questionsAnHour: 1799.6, left: 600 };
    expect(rateText(figures)).toBe('1,800 questions an hour, about 10 min left');
    expect(rateText({ ...figures, left: 0 })).toBe('1,800 questions an hour');
    expect(rateText({ ...figures, questionsAnHour: 0, left: undefined })).toBe('');
  });
});

describe('a run as one file', () => {
  it('is packed and unpacked again', async () => {
    const features = Uint8Array.from({ length: 70_000 }, (_, i) => i % 251);
    const archive = await archiveOf([
      { name: 'run.json', blob: new Blob(['{}']) },
      { name: 'features.f16', blob: new Blob([features]) },
      { name: 'corrections.jsonl', blob: new Blob([]) },
    ]);
    const files = await unpackRuns([new File([archive], 'Run.ZIP'), new File(['x'], 'other.jsonl')]);
    expect(files.map(({ name }) => name)).toEqual([
      'run.json',
      'features.f16',
      'corrections.jsonl',
      'other.jsonl',
    ]);
    expect(await files[0]!.text()).toBe('{}');
    expect(new Uint8Array(await files[1]!.arrayBuffer())).toEqual(features);
  });

  it('is refused in a sentence where it is cut short', async () => {
    const archive = await archiveOf([{ name: 'run.json', blob: new Blob(['{}']) }]);
    const cut = new File([archive.slice(0, archive.size - 10)], 'run.zip');
    await expect(unpackRuns([cut])).rejects.toThrow(
      'run.zip cannot be read: it is no ZIP archive, or is damaged or cut short; save it again.',
    );
  });
});

describe('the table of detectors', () => {
  const interval = { value: 0.8, low: 0.7, high: 0.9 };

  it('has plain words, accuracy and the difference to the log-probability', () => {
    const rows: VerdictRow[] = [
      {
        id: 'h-neurons',
        auroc: interval,
        accuracy: interval,
        gain: { value: -0.05, low: -0.1, high: 0.02 },
      },
      { id: 'random-neurons', auroc: interval, draws: 200 },
    ];
    const { head, rows: table } = detectorTable(detectorRows(rows), rows);
    expect(head).toEqual(['Detector', 'AUROC', 'Accuracy', 'AUROC minus log-probability', 'In plain words']);
    // A cell stands under the head that says what it is.
    const under = (row: number, column: string) => table[row]![head.indexOf(column)];
    expect(under(1, 'In plain words')).toMatch(/^as many/);
    expect(under(0, 'AUROC minus log-probability')).toContain('−0.05');
    expect(table[0]).toEqual([
      'H-Neurons',
      '0.80 (0.70 to 0.90)',
      '0.80 (0.70 to 0.90)',
      '−0.05 (−0.10 to +0.02)',
      'this set of neurons',
    ]);
    expect(table[1]).toEqual([
      'random neurons of the same layers',
      '0.80 (0.70 to 0.90)',
      '',
      '',
      'as many, drawn by chance, 200 draws',
    ]);
  });

  it('is read from what a set’s file keeps', () => {
    const detectors = {
      'h-neurons': { auroc: interval, accuracy: interval },
      'shuffled-labels': { auroc: interval },
      'random-neurons': { auroc: interval, draws: 200 },
      'of-a-later-version': { auroc: interval },
    };
    expect(
      rowsOfSet({ detectors }).map(({ name, words, own, drawn, accuracy }) => [
        name,
        words,
        own,
        drawn,
        accuracy,
      ]),
    ).toEqual([
      ['H-Neurons', 'this set of neurons', true, false, interval],
      ['shuffled labels', 'learnt from nonsense: what chance gives', false, true, undefined],
      ['random neurons of the same layers', 'as many, drawn by chance, 200 draws', false, true, undefined],
      ['of-a-later-version', '', false, false, undefined],
    ]);
    expect(rowsOfSet({})).toEqual([]);
  });
});

describe('the transfer matrix', () => {
  it('colours nothing below guessing, and perfect the most', () => {
    expect([undefined, Number.NaN, 0.3, 0.5, 0.75, 1].map(cellStrength)).toEqual([0, 0, 0, 0, 23, 45]);
  });
});
