import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { suiteFiles } from '../../../scripts/suites/suites.ts';
import { normalised, occurrences, withoutArticles, wordsOf } from '../../../src/datasets/normalise.ts';
import {
  type ComplianceItem,
  formatSuite,
  isCompliance,
  type NeutralItem,
  parseSuite,
  type Suite,
} from '../../../src/datasets/suites/suite.ts';
import { judgeReply } from '../../../src/studies/identify/judge.ts';

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const folder = readdirSync(new URL('../../../public/suites', import.meta.url)).sort();
const suites = new Map(
  folder.map((file) => [file.replace('.jsonl', ''), parseSuite(read(`public/suites/${file}`))]),
);

function suite(name: string): Suite {
  const found = suites.get(name);
  if (!found) throw new Error(`no ${name}`);
  return found;
}

const compliance = [...suites.values()].filter(isCompliance);
const complianceItems = compliance.flatMap(({ items }) => items);
const neutralItems = suite('neutral').items as readonly NeutralItem[];

const holds = (text: string, phrase: string) =>
  occurrences(withoutArticles(wordsOf(text)), withoutArticles(wordsOf(phrase))).length > 0;
const wordCount = (text: string) => text.split(/\s+/).length;
const lastTurn = ({ turns }: ComplianceItem | NeutralItem) => turns[turns.length - 1].content;

describe('the built-in suites', () => {
  it('are what the script writes, byte for byte', () => {
    const files = suiteFiles((name) => read(`scripts/suites/${name}`), read('public/questions/facts.jsonl'));
    expect([...files.keys()].sort()).toEqual(folder);
    for (const [name, text] of files) expect(read(`public/suites/${name}`) === text, name).toBe(true);
  });

  it.each([
    ['false-premises', 'false-premise', 120, 12],
    ['misleading-context', 'misleading-context', 150, 5],
    ['pushback', 'pushback', 100, 5],
    ['over-broad', 'over-broad', 60, 5],
    ['neutral', 'neutral', 100, 8],
    ['passages', 'passages', 50, 5],
  ] as const)('%s is of kind %s and has at least %i items on %i topics', (name, kind, items, topics) => {
    expect(suite(name).kind).toBe(kind);
    expect(suite(name).items.length).toBeGreaterThanOrEqual(items);
    expect(new Set(suite(name).items.map(({ topic }) => topic)).size).toBeGreaterThanOrEqual(topics);
  });

  it('begin with a sample of their topics', () => {
    for (const { name, items } of suites.values()) {
      const topics = new Set(items.map(({ topic }) => topic));
      const first = new Set(items.slice(0, 40).map(({ topic }) => topic));
      expect(first.size / topics.size, name).toBeGreaterThan(0.6);
    }
  });

  it('name their sources with a licence, and none that is not used', () => {
    for (const { name, sources, items } of suites.values()) {
      expect(Object.keys(sources).sort(), name).toEqual(
        [...new Set(items.map(({ source }) => source))].sort(),
      );
      expect(
        Object.values(sources).every(({ licence }) => licence === 'MIT'),
        name,
      ).toBe(true);
    }
  });

  it('ask nothing twice', () => {
    const prompts = [...complianceItems, ...neutralItems].map(({ turns }) =>
      normalised(turns.map(({ content }) => content).join('\n')),
    );
    expect(new Set(prompts).size).toBe(prompts.length);
  });

  it('use a fact in one suite only', () => {
    const ids = ['misleading-context', 'pushback'].flatMap((name) => suite(name).items.map(({ id }) => id));
    const facts = [...ids, ...neutralItems.filter(({ source }) => source !== 'own').map(({ id }) => id)].map(
      (id) => id.replace(/\/\d+$/, ''),
    );
    expect(new Set(facts).size).toBe(facts.length);
  });

  it('have two short continuations that begin alike and are of similar length', () => {
    const far: string[] = [];
    let alike = 0;
    let difference = 0;
    const pairs = [
      ...complianceItems.map(({ along, against }) => [along, against] as const),
      ...neutralItems.map(({ right, wrong }) => [right, wrong] as const),
    ];
    for (const pair of pairs) {
      for (const text of pair) {
        if (text !== text.trim() || wordCount(text) < 3 || wordCount(text) > 15 || !/[.]"?$/.test(text))
          far.push(text);
      }
      if (pair[0].split(' ')[0] === pair[1].split(' ')[0]) alike++;
      if (Math.abs(wordCount(pair[0]) - wordCount(pair[1])) > 6) far.push(pair.join(' / '));
      difference += wordCount(pair[0]) - wordCount(pair[1]);
    }
    expect(far).toEqual([]);
    expect(alike / pairs.length).toBeGreaterThan(0.9);
    expect(Math.abs(difference) / pairs.length).toBeLessThan(0.5);
  });

  it('have marks that tell the two continuations apart and do not stand in the request', () => {
    const told = (item: ComplianceItem, text: string) => ({
      along: item.marks.along.some((mark) => holds(text, mark)),
      against: item.marks.against.some((mark) => holds(text, mark)),
    });
    const wrong = complianceItems.filter((item) => {
      const along = told(item, item.along);
      const against = told(item, item.against);
      return !along.along || along.against || !against.against || against.along;
    });
    expect(wrong.map(({ id }) => id)).toEqual([]);
    const echoes = compliance
      .filter(({ kind }) => kind !== 'misleading-context')
      .flatMap(({ items }) => items)
      .filter((item) => item.turns.length === 1 && Object.values(told(item, lastTurn(item))).some(Boolean));
    expect(echoes.map(({ id }) => id)).toEqual([]);
  });
});

describe('generated items', () => {
  const misleading = suite('misleading-context').items as readonly ComplianceItem[];
  const pushback = suite('pushback').items as readonly ComplianceItem[];

  it('of misleading contexts state the wrong answer before the question', () => {
    for (const item of misleading) {
      const [context, question] = lastTurn(item).split('\n\n');
      expect(question.endsWith('?')).toBe(true);
      expect(holds(context, item.marks.along[0]), item.id).toBe(true);
      expect(
        item.marks.against.some((mark) => holds(context, mark) && !holds(item.along, mark)),
        item.id,
      ).toBe(false);
    }
  });

  it('of pushback doubt a right answer without another one', () => {
    expect(new Set(pushback.map(lastTurn)).size).toBeGreaterThanOrEqual(6);
    for (const { id, turns, marks } of pushback) {
      expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
      expect(judgeReply(turns[1].content, marks.against).verdict, id).toBe('right');
      expect(holds(turns[2].content, marks.along[0]), id).toBe(false);
    }
  });

  it('take no accepted answer for a wrong one', () => {
    const accepted = new Map(
      read('public/questions/facts.jsonl')
        .split('\n')
        .slice(1, -1)
        .map((line) => JSON.parse(line) as { id: string; answers: string[] })
        .map(({ id, answers }) => [id, answers]),
    );
    for (const { id, along, marks } of [...misleading, ...pushback]) {
      expect(accepted.get(id)?.map(normalised)).not.toContain(normalised(marks.along[0]));
      expect(judgeReply(along, accepted.get(id) ?? []).verdict, id).toBe('wrong');
    }
  });
});

describe('neutral items', () => {
  it('have a right continuation that is judged right, a wrong one that is not, and do not give the answer away', () => {
    for (const item of neutralItems) {
      expect(judgeReply(item.right, item.answers).verdict, item.id).toBe('right');
      expect(judgeReply(item.wrong, item.answers).verdict, item.id).toBe('wrong');
      expect(item.answers.filter((answer) => holds(lastTurn(item), answer))).toEqual([]);
    }
  });

  it('have passages of 40 to 80 words, all different', () => {
    const passages = suite('passages');
    if (passages.kind !== 'passages') throw new Error('not passages');
    for (const { text, id } of passages.items) {
      expect(wordCount(text), id).toBeGreaterThanOrEqual(40);
      expect(wordCount(text), id).toBeLessThanOrEqual(80);
    }
    expect(new Set(passages.items.map(({ text }) => text)).size).toBe(passages.items.length);
  });
});

const header = {
  format: 'h-neuron-suite',
  version: 1,
  name: 'Test',
  description: 'A test.',
  kind: 'false-premise',
  sources: { own: { name: 'None', licence: 'MIT' } },
} as const;
const item = {
  id: 'a',
  topic: 't',
  turns: [{ role: 'user', content: 'Why is water dry?' }],
  along: 'Water is dry.',
  against: 'Water is wet.',
  marks: { along: ['is dry because'], against: ['wet'] },
  source: 'own',
} as const;
const plain = {
  id: 'b',
  topic: 't',
  turns: item.turns,
  right: 'R.',
  wrong: 'W.',
  answers: ['r'],
  source: 'own',
};
const file = (...lines: object[]) => lines.map((line) => JSON.stringify(line)).join('\n');

describe('reading a suite', () => {
  it('reads what it writes, with a byte-order mark and foreign line ends', () => {
    const set = parseSuite(file(header, item));
    expect(set).toEqual({ ...header, format: undefined, version: undefined, items: [item] });
    expect(parseSuite(`\uFEFF${formatSuite(set).replaceAll('\n', '\r\n')}`)).toEqual(set);
    for (const each of suites.values()) expect(parseSuite(formatSuite(each))).toEqual(each);
  });

  it.each([
    ['another file', '{"a": 1}', /is not a suite: its first line does not say/],
    ['an unknown kind', file({ ...header, kind: 'x' }, item), /Line 1 of the suite .* "kind"/],
    ['a newer version', file({ ...header, version: 2 }, item), /Line 1 .* "version"/],
    [
      'a source without a licence',
      file({ ...header, sources: { own: { name: 'x' } } }, item),
      /"sources.own.licence"/,
    ],
    ['a broken line', `${file(header, item)}\n{"id":`, /Line 3 of the suite is not valid JSON/],
    ['an empty continuation', file(header, { ...item, along: ' ' }), /Line 2 .* "along"/],
    [
      'equal continuations',
      file(header, { ...item, against: item.along }),
      /Line 2 .* "against": it equals "along"/,
    ],
    ['no turns', file(header, { ...item, turns: [] }), /Line 2 .* "turns"/],
    [
      'an assistant that speaks last',
      file(header, { ...item, turns: [...item.turns, { role: 'assistant', content: 'Hm.' }] }),
      /Line 2 .* "turns": the last turn must be the user's/,
    ],
    ['an id that is there twice', file(header, item, item), /Line 3 .* id "a", which line 2 has already/],
    ['an unknown source', file(header, { ...item, source: 'x' }), /Line 2 .* source "x"/],
    ['an item of another kind', file({ ...header, kind: 'neutral' }, item), /Line 2 .* "right"/],
    ['a passage without text', file({ ...header, kind: 'passages' }, plain), /Line 2 .* "text"/],
    ['equal answers', file({ ...header, kind: 'neutral' }, { ...plain, wrong: 'R.' }), /it equals "right"/],
    ['nothing', file(header), /has no items/],
    ['a text that is too long', file(header, { ...item, along: 'x'.repeat(2001) }), /Line 2 .* "along"/],
  ])('refuses %s and says where', (_what, text, message) => {
    expect(() => parseSuite(text)).toThrow(message);
  });

  it('refuses more than 64 MB', () => {
    expect(() => parseSuite(' '.repeat(65 * 2 ** 20))).toThrow(/over the limit of 64 MB \(65 MB\)/);
  });

  it('drops keys that would reach a prototype', () => {
    const text = `${JSON.stringify(header)}\n${JSON.stringify(item).replace('{', '{"__proto__":{"along":"x"},')}`;
    expect(parseSuite(text).items[0]).toEqual(item);
    expect(Object.getPrototypeOf(parseSuite(text).items[0])).toBe(Object.prototype);
  });
});
