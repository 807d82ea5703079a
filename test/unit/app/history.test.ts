import { describe, expect, it } from 'vitest';
import { createHistory } from '../../../app/explore/state/history.ts';

interface State {
  readonly scale: number;
  readonly question: string;
}

const of = (scale: number): State => ({ scale, question: 'Why?' });

describe('history', () => {
  it('goes back and forth, and tells what it would do', () => {
    const history = createHistory<State>(10);
    history.record({ scale: 1 }, 'one');
    history.record({ scale: 2 }, 'two');
    expect(history.store.getState()).toEqual({ undo: 'two', redo: undefined });
    expect(history.undo(of(3))).toEqual({ scale: 2 });
    expect(history.undo(of(2))).toEqual({ scale: 1 });
    expect(history.undo(of(1))).toBeUndefined();
    expect(history.store.getState()).toEqual({ undo: undefined, redo: 'one' });
    expect(history.redo(of(1))).toEqual({ scale: 2 });
    expect(history.redo(of(2))).toEqual({ scale: 3 });
    expect(history.redo(of(3))).toBeUndefined();
  });

  it('puts back only what a step changed', () => {
    const history = createHistory<State>(10);
    history.record({ scale: 1 }, 'scale');
    history.record({ question: 'Why?' }, 'question');
    expect(history.undo({ scale: 2, question: 'How?' })).toEqual({ question: 'Why?' });
    expect(history.undo({ scale: 2, question: 'typed since' })).toEqual({ scale: 1 });
    expect(history.redo({ scale: 1, question: 'typed since' })).toEqual({ scale: 2 });
    expect(history.redo({ scale: 2, question: 'typed since' })).toEqual({ question: 'How?' });
  });

  it('makes one step of several changes, with what was before the first of them', () => {
    const history = createHistory<State>(10);
    const made = history.oneStep('example', () => {
      history.record({ scale: 1 }, 'scale');
      history.record({ question: 'Why?' }, 'question');
      history.record({ scale: 2, question: 'How?' }, 'both');
      return 'made';
    });
    expect(made).toBe('made');
    expect(history.store.getState()).toEqual({ undo: 'example', redo: undefined });
    expect(history.undo(of(3))).toEqual({ scale: 1, question: 'Why?' });
    expect(history.undo(of(1))).toBeUndefined();
  });

  it('makes no step of nothing, and one of what was done before a failure', () => {
    const history = createHistory<State>(10);
    history.oneStep('nothing', () => undefined);
    expect(history.store.getState().undo).toBeUndefined();
    const fails = () =>
      history.oneStep('half', () => {
        history.record({ scale: 1 }, 'scale');
        throw new Error('no');
      });
    expect(fails).toThrow('no');
    expect(history.undo(of(2))).toEqual({ scale: 1 });
  });

  it('forgets what was undone once something else is done', () => {
    const history = createHistory<State>(10);
    history.record({ scale: 1 }, 'one');
    history.undo(of(2));
    history.record({ scale: 1 }, 'other');
    expect(history.redo(of(5))).toBeUndefined();
  });

  it('keeps a drag as one step', () => {
    const history = createHistory<State>(10);
    for (let scale = 0; scale < 20; scale++) history.record({ scale }, 'scale', 'factor g1');
    history.endStep();
    history.record({ scale: 20 }, 'scale', 'factor g1');
    history.record({ scale: 21 }, 'scale', 'factor g2');
    history.record({ scale: 22 }, 'mute');
    history.record({ scale: 23 }, 'mute');
    const states = [24, 23, 22, 21, 20, 0].map((scale) => history.undo(of(scale))?.scale);
    expect(states).toEqual([23, 22, 21, 20, 0, undefined]);
  });

  it('does not join a drag that an undo came into', () => {
    const history = createHistory<State>(10);
    history.record({ scale: 1 }, 'scale', 'a');
    history.record({ scale: 2 }, 'scale', 'a');
    expect(history.undo(of(3))).toEqual({ scale: 1 });
    history.record({ scale: 1 }, 'scale', 'a');
    expect(history.undo(of(4))).toEqual({ scale: 1 });
  });

  it('is bounded', () => {
    const history = createHistory<State>(3);
    for (let scale = 0; scale < 10; scale++) history.record({ scale }, String(scale));
    expect([10, 9, 8].map((scale) => history.undo(of(scale))?.scale)).toEqual([9, 8, 7]);
    expect(history.undo(of(7))).toBeUndefined();
  });
});
