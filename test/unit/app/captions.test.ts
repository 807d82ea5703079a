import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createSession } from '../../../app/explore/state/session.ts';
import {
  conditionsOf,
  outdated,
  scaleText,
  scalingWords,
  shownSteering,
} from '../../../app/explore/state/shown.ts';
import { dataTables } from '../../../app/export/tables.ts';
import { recordRun } from '../../../app/link/replay.ts';
import { parseRun } from '../../../src/saved/run-file.ts';
import { firstSteering } from '../../../src/steering/steering.ts';
import { fakeEngine, readySession, settle } from '../../support/fake-engine.ts';

const run = await parseRun(
  await readFile(new URL('../../../public/runs/telephone.json', import.meta.url), 'utf8'),
);

/** A page that shows its recorded run while no model is there. */
function recorded() {
  const session = createSession(fakeEngine().client, (flush) => flush());
  session.showRun(run);
  const { stores, record } = session;
  return { session, stores, record, now: () => outdated(stores, record) };
}

async function answered() {
  const all = await readySession();
  all.asked[0]!.finish(['a b', 'a b', 'a b']);
  await settle();
  const { stores, record } = all.session;
  return { ...all, stores, record, now: () => outdated(stores, record) };
}

const fresh = { question: false, lanes: [false, false, false] };

describe('while a recorded run is shown', () => {
  it('its captions keep what it was made with, whatever the sliders say', () => {
    const { session, stores, record, now } = recorded();
    expect(now()).toEqual(fresh);
    const before = conditionsOf(stores, record);
    expect(before[0]).toBe('“When did Albert Einstein invent the telephone?”');
    expect(before[2]).toContain('× 3.00 while reading the question and answering');
    session.setFactor(2);
    session.setScope('answer');
    session.drawControl(5);
    stores.prompt.setState({ question: 'Who?' });
    expect(scaleText(1, shownSteering(stores, record))).toBe('× 3.00');
    expect(conditionsOf(stores, record)).toEqual(before);
    expect(now()).toEqual({ question: true, lanes: [false, true, true] });
    session.setFactor(3);
    session.setScope('everywhere');
    session.drawControl(1);
    stores.prompt.setState({ question: run.state.prompt!.question });
    expect(now()).toEqual(fresh);
  });

  it('what is saved and exported says so, too', () => {
    const { session, stores, record } = recorded();
    session.setFactor(0);
    stores.prompt.setState({ question: 'Who?' });
    const saved = recordRun(stores, record, new Date(0), {})!;
    expect(saved.state.steering?.groups[0]?.factor).toBe(3);
    expect(saved.state.prompt?.question).toBe(run.state.prompt?.question);
    expect(saved.asked).toEqual(run.asked);
    const table = dataTables(stores, record, { lane: 1, position: 0 }).find(({ id }) => id === 'steering')!;
    const factor = table.head.indexOf('factor');
    expect(new Set(table.rows.map((row) => row[factor]))).toEqual(new Set([3]));
  });

  it('its doses go when they would be others, and come back', () => {
    const { session, stores } = recorded();
    const points = () => stores.dose.getState().points.length;
    expect(points()).toBe(9);
    session.setFactor(1.5);
    expect(points()).toBe(9);
    session.setScope('answer');
    expect(points()).toBe(0);
    session.setScope('everywhere');
    expect(points()).toBe(9);
  });

  it('no start is claimed that no answer has', () => {
    const { session, stores, record } = recorded();
    session.whatIf([5]);
    expect(stores.run.getState().asked?.answerStart).toEqual([]);
    expect(record.lane(1).current.made?.asked.answerStart).toEqual([]);
  });
});

describe('with a model', () => {
  it('a new question over old answers is told until it is asked', async () => {
    const { session, asked, stores, now } = await answered();
    expect(now()).toEqual(fresh);
    stores.prompt.setState({ question: 'Another?' });
    expect(now().question).toBe(true);
    session.answer();
    await settle();
    expect(now()).toEqual(fresh);
    asked.at(-1)!.finish(['c', 'c', 'c']);
    await settle();
    expect(now()).toEqual(fresh);
  });

  it('a long question is told by its start and its end', async () => {
    const { session, stores, record, asked } = await answered();
    stores.prompt.setState({ question: `${'The storm came.\n'.repeat(2000)}Who wrote it?` });
    session.answer();
    await settle();
    asked.at(-1)!.finish(['a', 'a', 'a']);
    await settle();
    const [question = ''] = conditionsOf(stores, record);
    expect(question).toMatch(/^“The storm came\. The storm came\. .*….*Who wrote it\?”$/);
    expect(question.length).toBeLessThan(410);
  });

  it('an answer that is stopped before its first word leaves those that were there', async () => {
    const { session, stores, record, now } = await answered();
    const { asked: before } = stores.run.getState();
    stores.prompt.setState({ question: 'What is long?' });
    session.answer();
    await settle();
    expect(stores.run.getState().asked).not.toEqual(before);
    session.stop();
    await settle();
    expect(
      record
        .lane(0)
        .current.tokens.map(({ token }) => token.text)
        .join(''),
    ).toBe('a b');
    expect(stores.prompt.getState().question).toBe('What is long?');
    // What goes on from here goes on from what is shown.
    expect(stores.run.getState()).toMatchObject({ status: 'done', asked: before });
    expect(now().question).toBe(true);
    expect(session.askOn()).toBe(true);
    expect(stores.prompt.getState().turns.map(({ content }) => content)).toEqual([
      before!.prompt.kind === 'chat' && before!.prompt.turns.at(-1)!.content,
      'a b',
    ]);
  });

  it('a change that changes no answer is told at once', async () => {
    const { session, asked, stores, record, now } = await answered();
    const requests = asked.length;
    session.changeGroup('g1', { name: 'Renamed' });
    await settle();
    expect(asked).toHaveLength(requests);
    expect(shownSteering(stores, record).groups[0]?.name).toBe('Renamed');
    expect(now()).toEqual(fresh);
  });

  it('a change that is not answered leaves the lanes’ captions', async () => {
    const { session, asked, stores, record, now } = await answered();
    session.setFactor(2);
    await settle();
    asked.at(-1)!.finish(['c', 'c']);
    await settle();
    expect(scaleText(1, shownSteering(stores, record))).toBe('× 2.00');
    expect(now()).toEqual(fresh);
    stores.model.setState({ status: 'loading' });
    session.setFactor(0.5);
    await settle();
    expect(scaleText(1, shownSteering(stores, record))).toBe('× 2.00');
    expect(now()).toEqual({ question: false, lanes: [false, true, true] });
  });
});

describe('how lanes were scaled', () => {
  it('is said in words', () => {
    const group = { id: 'g1', kind: 'custom', members: [{ layer: 0, neuron: 1 }], on: true } as const;
    const groups = [
      { ...group, name: 'A', factor: 0 },
      { ...group, id: 'g2', name: 'B', members: [{ layer: 1, neuron: 1 }], factor: 1 },
    ];
    const said = (change: Partial<typeof firstSteering>) =>
      scalingWords({ steering: { ...firstSteering, groups, ...change } });
    expect(said({})).toBe('A × 0.00 while reading the question and answering');
    expect(said({ scope: 'answer', own: { '2:3': 2 } })).toBe(
      'A × 0.00, 1 single neuron only while answering',
    );
    expect(said({ solo: '0:1' })).toBe('neuron 0:1 alone while reading the question and answering');
    expect(said({ groups: [] })).toBe('no neuron scaled');
    expect([0, 1].map((lane) => scaleText(lane as 0 | 1, { ...firstSteering, groups }))).toEqual([
      'as trained',
      'mixed scales',
    ]);
  });
});
