import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { normalised, occurrences, withoutArticles, wordsOf } from '../../../src/datasets/normalise.ts';
import {
  formatQuestionSet,
  parseQuestionSet,
  type QuestionSet,
} from '../../../src/datasets/questions/question-set.ts';
import { isWebAddress } from '../../../src/lib/bytes/web-address.ts';

const builtIn = (name: string) =>
  parseQuestionSet(readFileSync(new URL(`../../../public/questions/${name}.jsonl`, import.meta.url), 'utf8'));

const header = {
  format: 'h-neuron-questions',
  version: 1,
  name: 'Test',
  description: 'A test.',
  sources: { own: { name: 'None', licence: 'MIT' } },
  relations: { r: 1 },
} as const;
const question = { id: 'q', fact: 'f', question: 'Who?', answers: ['He'], relation: 'r', source: 'own' };
const file = (...lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n');

describe('the built-in facts', () => {
  const { header, questions } = builtIn('facts');

  it('are many questions of many kinds, and the header counts them', () => {
    expect(questions.length).toBeGreaterThanOrEqual(2500);
    expect(Object.keys(header.relations).length).toBeGreaterThanOrEqual(15);
    const counts: Record<string, number> = {};
    for (const { relation } of questions) counts[relation] = (counts[relation] ?? 0) + 1;
    expect(counts).toEqual(header.relations);
  });

  it('do not give their answers away', () => {
    const giving = questions.filter(({ question, answers, rivals }) => {
      if (rivals) return rivals.some((rival) => answers.includes(rival) || !question.includes(rival));
      const words = withoutArticles(wordsOf(question));
      return answers.some((answer) => occurrences(words, withoutArticles(wordsOf(answer))).length > 0);
    });
    expect(giving).toEqual([]);
  });

  it('ask no two questions alike, and have an answer each', () => {
    expect(new Set(questions.map((each) => normalised(each.question))).size).toBe(questions.length);
    expect(questions.filter(({ answers }) => answers.length === 0)).toEqual([]);
  });

  it('keep the wordings of one fact together', () => {
    const ids = new Set(questions.map(({ id }) => id));
    const second = questions.filter(({ id }) => id.endsWith('/2') && ids.has(id.slice(0, -2)));
    expect(second.length).toBeGreaterThan(300);
    const choices = questions.filter(({ rivals }) => rivals);
    const facts = new Set(questions.filter(({ rivals }) => !rivals).map(({ fact }) => fact));
    expect(choices.length).toBeGreaterThan(200);
    expect(choices.filter(({ fact }) => facts.has(fact)).length / choices.length).toBeGreaterThan(0.5);
    for (const { id, fact, answers } of second) {
      const first = questions.find((other) => other.id === id.slice(0, -2));
      expect(first).toMatchObject({ fact, answers });
    }
  });
});

describe('the invented entities', () => {
  const { questions } = builtIn('invented');

  it('are at least 300 questions without an answer', () => {
    expect(questions.length).toBeGreaterThanOrEqual(300);
    expect(questions.every(({ answers }) => answers.length === 0)).toBe(true);
    expect(new Set(questions.map((each) => each.question)).size).toBe(questions.length);
  });
});

describe('reading a question set', () => {
  it('reads what it writes, with a byte-order mark and foreign line ends', () => {
    const set = parseQuestionSet(file(header, question));
    expect(parseQuestionSet(formatQuestionSet(set))).toEqual(set);
    expect(parseQuestionSet(`\uFEFF${formatQuestionSet(set).replaceAll('\n', '\r\n')}`)).toEqual(set);
  });

  it.each([
    ['another file', '{"a": 1}', /first line does not say/],
    ['a broken line', `${file(header, question)}\n{"id":`, /Line 3 .* not valid JSON/],
    ['a blank question', file(header, { ...question, question: ' ' }), /Line 2 .* "question"/],
    ['an id that is there twice', file(header, question, question), /Line 3 .* id "q", which line 2/],
    ['an unknown source', file(header, { ...question, source: 'x' }), /Line 2 .* source "x"/],
    ['no question', file(header), /no questions/],
  ])('refuses %s and says where', (_what, text, message) => {
    expect(() => parseQuestionSet(text)).toThrow(message);
  });

  it('drops keys that would reach a prototype', () => {
    const text = `${JSON.stringify(header)}\n${JSON.stringify(question).replace('{', '{"__proto__":{"answers":[]},')}`;
    expect(parseQuestionSet(text).questions[0]).toEqual(question);
  });

  it('keeps answers that look like numbers as they are', () => {
    const answers = ['007', '1e5', 'true'];
    expect(parseQuestionSet(file(header, { ...question, answers })).questions[0]?.answers).toEqual(answers);
  });
});

describe('addresses of sources', () => {
  it.each([
    'javascript:alert(1)',
    'JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'blob:https://a.example/1',
    'vbscript:x',
    '//a.example',
    'a.example',
  ])('that are no web pages are refused in one sentence: %s', (url) => {
    expect(isWebAddress(url)).toBe(false);
    const { header, questions } = sourced(url);
    expect(() => parseQuestionSet(formatQuestionSet({ header, questions }))).toThrow(
      /^Line 1 of the question set is not valid at "sources\.s\.url": an address must begin with http:\/\/ or https:\/\/\.$/,
    );
  });

  it('of web pages are taken', () => {
    const set = sourced('https://a.example/set?x=1#y');
    expect(parseQuestionSet(formatQuestionSet(set))).toEqual(set);
  });
});

function sourced(url: string): QuestionSet {
  return {
    header: {
      format: 'h-neuron-questions',
      version: 1,
      name: 'n',
      description: 'd',
      sources: { s: { name: 's', url, licence: 'l' } },
      relations: { r: 1 },
    },
    questions: [{ id: '1', fact: 'f', question: 'q', answers: ['a'], relation: 'r', source: 's' }],
  };
}
