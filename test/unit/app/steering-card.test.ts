import { createElement, type ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { describe, expect, it } from 'vitest';
import { Turns } from '../../../app/explore/Conversation.tsx';
import { GroupItem } from '../../../app/explore/GroupItem.tsx';
import { meanRank, weightText } from '../../../app/explore/NeuronCard.tsx';
import { coursePath } from '../../../app/explore/NeuronCourse.tsx';
import { SetFacts } from '../../../app/explore/SetFacts.tsx';
import { SessionContext } from '../../../app/explore/state/hooks.ts';
import { createSession } from '../../../app/explore/state/session.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import type { SteeredGroup } from '../../../src/steering/types.ts';
import { fakeEngine } from '../../support/fake-engine.ts';

const hostile = '"><img src=x onerror=alert(1)>';

const group: SteeredGroup = {
  id: 'g1',
  name: hostile,
  kind: 'set',
  members: [
    { layer: 0, neuron: 1, weight: 0.5 },
    { layer: 0, neuron: 2, weight: 1.5 },
    { layer: 1, neuron: 0, weight: 0.5 },
  ],
  factor: 1,
  on: true,
};

const set: NeuronSet = {
  format: 'h-neuron-set',
  version: 2,
  name: hostile,
  model: { name: hostile, architecture: 'llama', fingerprint: 'other', layers: 2, widths: [4, 4] },
  neurons: group.members,
  intercept: 0,
  feature: { aggregation: 'mean', position: 'read' },
  provenance: { created: '2025-01-31', command: hostile, questions: hostile, notes: hostile },
  metrics: { [hostile]: 0.83, auroc: { value: 0.8, low: 0.7, high: 0.9 } },
};

function rendered(element: ReactElement): string {
  const session = createSession(fakeEngine().client, (flush) => flush());
  return renderToStaticMarkup(createElement(SessionContext, { value: session }, element));
}

describe('markup in what others wrote', () => {
  const named: Record<string, ReactElement> = {
    'the name of a set': createElement(GroupItem, { group, first: false }),
    'the name of a group of the person’s own': createElement(GroupItem, {
      group: { ...group, kind: 'custom' },
      first: true,
    }),
    'what a set says of itself': createElement(SetFacts, { set }),
    'a turn of the conversation': createElement(Turns, { turns: [{ role: 'user', content: hostile }] }),
  };
  it.each(Object.keys(named))('stays text: %s', (name) => {
    const html = rendered(named[name]!);
    expect(html).not.toContain('<img');
    expect(html).toContain('&lt;img src=x onerror=alert(1)&gt;');
  });
});

describe('the neuron card', () => {
  it('ranks by mean CETT, equal ones alike', () => {
    const means = Float32Array.of(0.1, 0.4, 0.4, 0.9);
    expect([0, 1, 2, 3].map((index) => meanRank(means, index))).toEqual([4, 2, 2, 1]);
  });

  it('tells weight and rank in a set', () => {
    expect(weightText(group, '0:2')).toBe('weight 1.50, rank 1 of 3');
    expect(weightText(group, '1:0')).toBe('weight 0.500, rank 2 of 3');
    expect(weightText(group, '9:9')).toBeUndefined();
    expect(weightText({ members: [{ layer: 0, neuron: 1 }] }, '0:1')).toBeUndefined();
  });

  it('draws a line from the second position on, with gaps where nothing was read, and cuts what is above', () => {
    const path = coursePath([9, 0, 1, Number.NaN, 5], 5, 1);
    expect(path).toBe('M100.0,84.0L200.0,0.0M400.0,0.0');
    expect(coursePath([3], 1, 1)).toBe('');
    expect(coursePath([], 4, 1)).toBe('');
  });
});
