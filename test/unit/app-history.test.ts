import { describe, expect, it } from 'vitest';
import { createHistory } from '../../app/state/history.ts';

describe('history', () => {
  it('goes back and forth, and tells what it would do', () => {
    const history = createHistory<number>(10);
    history.record(1, 'one');
    history.record(2, 'two');
    expect(history.store.getState()).toEqual({ undo: 'two', redo: undefined });
    expect(history.undo(3)).toBe(2);
    expect(history.undo(2)).toBe(1);
    expect(history.undo(1)).toBeUndefined();
    expect(history.store.getState()).toEqual({ undo: undefined, redo: 'one' });
    expect(history.redo(1)).toBe(2);
    expect(history.redo(2)).toBe(3);
    expect(history.redo(3)).toBeUndefined();
  });

  it('forgets what was undone once something else is done', () => {
    const history = createHistory<number>(10);
    history.record(1, 'one');
    history.undo(2);
    history.record(1, 'other');
    expect(history.redo(5)).toBeUndefined();
  });

  it('keeps a drag as one step', () => {
    const history = createHistory<number>(10);
    for (let value = 0; value < 20; value++) history.record(value, 'scale', 'factor g1');
    history.endStep();
    history.record(20, 'scale', 'factor g1');
    history.record(21, 'scale', 'factor g2');
    history.record(22, 'mute');
    history.record(23, 'mute');
    const states: (number | undefined)[] = [];
    for (let present = 24; states.at(-1) !== undefined || states.length === 0; )
      states.push(history.undo(states.at(-1) ?? present--));
    expect(states).toEqual([23, 22, 21, 20, 0, undefined]);
  });

  it('does not join a drag that an undo came into', () => {
    const history = createHistory<number>(10);
    history.record(1, 'scale', 'a');
    history.record(2, 'scale', 'a');
    expect(history.undo(3)).toBe(1);
    history.record(1, 'scale', 'a');
    expect(history.undo(4)).toBe(1);
  });

  it('is bounded', () => {
    const history = createHistory<number>(3);
    for (let value = 0; value < 10; value++) history.record(value, String(value));
    expect([10, 9, 8].map((present) => history.undo(present))).toEqual([9, 8, 7]);
    expect(history.undo(7)).toBeUndefined();
  });
});
