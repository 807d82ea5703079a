import type { Suite } from '../../src/datasets/suites/suite.ts';

const about = { description: 'A test.', sources: { own: { name: 'None', licence: 'MIT' } } } as const;
const base = { topic: 't', source: 'own' } as const;
const marks = { along: [], against: [] } as const;

/** A suite of each kind, short enough for the tiny model. */
export function tinySuites(count: number): Suite[] {
  const ids = Array.from({ length: count }, (_, i) => i);
  const asked = (i: number) => [{ role: 'user' as const, content: `q ${i}` }];
  return [
    {
      ...about,
      name: 'Premises',
      kind: 'false-premise',
      items: ids.map((i) => ({
        ...base,
        marks,
        id: `p${i}`,
        turns: asked(i),
        along: `a ${i} b`,
        against: `c ${i}`,
      })),
    },
    {
      ...about,
      name: 'Plain',
      kind: 'neutral',
      items: ids.map((i) => ({
        ...base,
        id: `n${i}`,
        turns: asked(i),
        right: 'a',
        wrong: 'b c',
        answers: ['a'],
      })),
    },
    {
      ...about,
      name: 'Prose',
      kind: 'passages',
      items: ids.map((i) => ({ ...base, id: `t${i}`, text: `the cat ${i} sat` })),
    },
  ];
}
