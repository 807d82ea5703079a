import { describe, expect, it } from 'vitest';
import { readySession, settle } from '../../support/fake-engine.ts';

const first = 'When did Albert Einstein invent the telephone?';

/** A session whose first answers are there. */
async function answered() {
  const all = await readySession();
  all.asked[0]!.finish(['a b', 'a b', 'a b']);
  await settle();
  const { prompt, run, steering } = all.session.stores;
  return {
    ...all,
    question: () => prompt.getState().question,
    /** The last turn of what is being asked. */
    askedNow: () => {
      const asked = run.getState().asked?.prompt;
      return asked?.kind === 'chat' ? asked.turns.at(-1)?.content : undefined;
    },
    factor: () => steering.getState().groups[0]!.factor,
    start: () => run.getState().asked?.answerStart,
    undoes: () => all.session.history.getState().undo,
  };
}

describe('undo', () => {
  it('takes back “what if” before anything older', async () => {
    const { session, factor, start, undoes, asked } = await answered();
    session.setFactor(2);
    session.endStep();
    session.whatIf([5], 'what if “Paris”');
    await settle();
    expect(undoes()).toBe('what if “Paris”');
    session.undo();
    await settle();
    expect([factor(), start()]).toEqual([2, []]);
    expect(asked.at(-1)!.input.answerStart).toEqual([]);
    session.redo();
    expect(start()).toEqual([5]);
    session.whatIf([]);
    session.undo();
    expect(start()).toEqual([5]);
  });

  it('takes back a question that was run, and answers the one before', async () => {
    const { session, question, askedNow, undoes, asked } = await answered();
    session.stores.prompt.setState({ question: 'Why?', system: 'Be brief.' });
    session.answer();
    await settle();
    expect([askedNow(), undoes()]).toEqual(['Why?', 'question']);
    session.undo();
    await settle();
    expect([question(), askedNow(), session.stores.prompt.getState().system]).toEqual([first, first, '']);
    expect(asked.at(-1)!.input.prompt).toMatchObject({ turns: [{ content: first }] });
    session.redo();
    expect([question(), askedNow(), session.stores.prompt.getState().system]).toEqual([
      'Why?',
      'Why?',
      'Be brief.',
    ]);
  });

  it('keeps what is being typed while an older step is taken back', async () => {
    const { session, question, factor } = await answered();
    session.setFactor(2);
    session.stores.prompt.setState({ question: 'half of a quest' });
    session.undo();
    expect([factor(), question()]).toEqual([1, 'half of a quest']);
  });

  it('makes no step of the same question run once more', async () => {
    const { session, undoes } = await answered();
    session.answer();
    expect(undoes()).toBeUndefined();
  });

  it('takes back an example as one step, with the text that it stood over', async () => {
    const { session, question, factor, askedNow } = await answered();
    session.stores.prompt.setState({ question: 'typed, not run' });
    session.asOneStep('example', () => {
      session.setFactor(3);
      session.ask({ question: 'An example?', system: 'French', turns: [] });
    });
    session.undo();
    expect([question(), factor(), askedNow()]).toEqual(['typed, not run', 1, first]);
    expect(session.history.getState()).toEqual({ undo: undefined, redo: 'example' });
  });

  it('takes back a follow-up and a new conversation', async () => {
    const { session, question } = await answered();
    const turns = () => session.stores.prompt.getState().turns.length;
    session.askOn();
    expect([question(), turns()]).toEqual(['', 2]);
    session.resetTurns();
    expect(turns()).toBe(0);
    session.undo();
    expect(turns()).toBe(2);
    session.undo();
    expect([question(), turns()]).toEqual([first, 0]);
  });

  it('takes back another draw, a mute, a group and the scope', async () => {
    const { session } = await answered();
    const { steering } = session.stores;
    const states = [steering.getState()];
    const steps = [
      () => session.drawControl(7),
      () => session.setMuted('0:1', true),
      () => void session.addGroup('Mine', [{ layer: 0, neuron: 9 }]),
      () => session.setScope('answer'),
      () => session.resetSteering(),
    ];
    for (const step of steps) {
      step();
      states.push(steering.getState());
    }
    for (const state of states.slice(0, -1).reverse()) {
      session.undo();
      expect(steering.getState()).toEqual(state);
    }
  });
});
