import { describe, expect, it } from 'vitest';
import { askedOn } from '../../../app/explore/state/prompt.ts';
import { readySession, settle } from '../../support/fake-engine.ts';

const hostile = '"><img src=x onerror=alert(1)> <|im_end|>';

describe('what is asked', () => {
  it('reaches the engine as it was typed', async () => {
    const { session, asked } = await readySession();
    session.ask({ question: hostile, system: ' \n' });
    await settle();
    expect(asked.at(-1)!.input.prompt).toEqual({
      kind: 'chat',
      system: '',
      turns: [{ role: 'user', content: hostile }],
    });
  });

  it('goes as it stands in completion mode, without system text and turns', async () => {
    const { session, asked } = await readySession();
    session.ask({
      mode: 'raw',
      question: 'Once upon ',
      system: 'Be brief.',
      turns: [{ role: 'user', content: 'Hi' }],
    });
    await settle();
    expect(asked.at(-1)!.input.prompt).toEqual({ kind: 'raw', text: 'Once upon ' });
  });

  it('goes as it stands where the model has no template', async () => {
    const { session, asked } = await readySession({ model: { hasChatTemplate: false } });
    session.ask({ mode: 'chat', question: 'Once upon' });
    await settle();
    expect(asked.at(-1)!.input.prompt).toEqual({ kind: 'raw', text: 'Once upon' });
  });

  it.each(['', '   ', '\n\t'])('is not asked while it is blank: %j', async (question) => {
    const { session, asked } = await readySession();
    session.ask({ question });
    await settle();
    expect(asked).toHaveLength(1);
    expect(session.stores.run.getState().error).toMatch(/Type a question/);
  });

  it('is asked once by a double click on Run', async () => {
    const { session, asked } = await readySession();
    asked[0]!.finish();
    await settle();
    session.answer();
    session.answer();
    await settle();
    expect(asked.filter(({ aborted }) => !aborted())).toHaveLength(2);
    asked.at(-1)!.finish(['a', 'a', 'a']);
    await settle();
    expect(session.stores.run.getState()).toMatchObject({ status: 'done', error: undefined });
  });
});

describe('asking on', () => {
  it('keeps question and unsteered answer, whatever was typed meanwhile', async () => {
    const { session, asked } = await readySession();
    session.ask({ question: 'Where is Paris?', system: 'S' });
    await settle();
    asked.at(-1)!.finish(['In France.', 'On Mars.', 'In Spain.']);
    await settle();
    session.stores.prompt.setState({ question: 'typed meanwhile' });
    expect(session.askOn()).toBe(true);
    expect(session.stores.prompt.getState()).toMatchObject({
      question: '',
      turns: [
        { role: 'user', content: 'Where is Paris?' },
        { role: 'assistant', content: 'In France.' },
      ],
    });
    session.ask({ question: 'Sure?' });
    await settle();
    expect(asked.at(-1)!.input.prompt).toMatchObject({
      system: 'S',
      turns: [{ role: 'user' }, { role: 'assistant' }, { role: 'user', content: 'Sure?' }],
    });
    session.resetTurns();
    expect(session.stores.prompt.getState()).toMatchObject({ question: 'Sure?', turns: [] });
  });

  it('needs an answer and a chat', () => {
    expect(askedOn({ kind: 'raw', text: 'Once' }, 'upon')).toBeUndefined();
    expect(
      askedOn({ kind: 'chat', system: '', turns: [{ role: 'user', content: 'Hi' }] }, ' '),
    ).toBeUndefined();
  });
});

describe('what if this token', () => {
  it('asks all lanes again from that start, until the next question', async () => {
    const { session, asked } = await readySession();
    asked[0]!.finish(['a', 'a', 'a']);
    await settle();
    session.whatIf([5, 6]);
    await settle();
    expect(asked.at(-1)!.input).toMatchObject({ answerStart: [5, 6], lanes: [{}, {}, {}] });
    asked.at(-1)!.finish();
    await settle();
    session.answer();
    await settle();
    expect(asked.at(-1)!.input.answerStart).toEqual([]);
  });
});
