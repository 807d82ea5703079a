import { describe, expect, it } from 'vitest';
import { spokenToken, tokenLabel } from '../../../app/explore/label.ts';
import { moved } from '../../../app/explore/move.ts';
import { createRunRecord, firstDifference, tokenAt, valuesAt } from '../../../app/explore/state/record.ts';
import { createNewest } from '../../../app/ui/latest-only.ts';
import { createEstimator, describeProgress, describeTimeLeft } from '../../../app/ui/progress.ts';

describe('newest request wins', () => {
  it('runs the first and the last of many, one at a time', async () => {
    const newest = createNewest();
    const log: string[] = [];
    let running = 0;
    for (let i = 0; i < 20; i++) {
      newest.submit(async (signal) => {
        running += 1;
        log.push(`start ${i}`);
        expect(running).toBe(1);
        await new Promise<void>((resolve) => {
          if (signal.aborted || i === 19) resolve();
          else signal.addEventListener('abort', () => resolve());
        });
        running -= 1;
        log.push(`${signal.aborted ? 'aborted' : 'done'} ${i}`);
      });
    }
    await newest.idle();
    expect(log).toEqual(['start 0', 'aborted 0', 'start 19', 'done 19']);
  });

  it('drops what waits when aborted, and takes new work after an error', async () => {
    const newest = createNewest();
    const log: string[] = [];
    newest.submit(async () => {
      throw new Error('broken');
    });
    await newest.idle();
    newest.submit(async (signal) => {
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      log.push('first');
    });
    newest.submit(async () => void log.push('never'));
    newest.abort();
    await newest.idle();
    newest.submit(async () => void log.push('last'));
    await newest.idle();
    expect(log).toEqual(['first', 'last']);
  });
});

describe('progress', () => {
  it('never passes the whole', () => {
    expect(describeProgress({ stage: '', done: 120e6, total: 98.4e6, unit: 'bytes' })).toBe(
      '98.4 MB of 98.4 MB',
    );
    expect(describeProgress({ stage: '', done: 3, unit: 'items' })).toBe('3');
  });

  it('tells the time left from the rate of the stage', () => {
    let now = 0;
    const estimate = createEstimator(() => now);
    const at = (stage: string, done: number) => estimate({ stage, done, total: 100, unit: 'bytes' });
    expect(at('a', 0)).toBeUndefined();
    now = 2000;
    expect(at('a', 20)).toBe(8);
    expect(at('b', 50)).toBeUndefined();
    now = 4000;
    expect(at('b', 60)).toBe(8);
    expect(at('b', 130)).toBe(0);
    expect(describeTimeLeft(8)).toBe('about 8 s left');
    expect(describeTimeLeft(300)).toBe('about 5 min left');
  });
});

describe('labels of tokens', () => {
  it('shows what would be invisible', () => {
    expect(tokenLabel(' pays', false)).toEqual({ text: 'pays', mark: false });
    expect(tokenLabel(' pays', true)).toEqual({ text: '·pays', mark: false });
    expect(tokenLabel('\n\n', false)).toEqual({ text: '⏎⏎', mark: true });
    expect(tokenLabel('  ', false)).toEqual({ text: '␣', mark: true });
    expect(tokenLabel('', false)).toEqual({ text: '⋯', mark: true });
    expect(tokenLabel('<0xE0>', false).text).toBe('<0xE0>');
    expect(tokenLabel('"><img src=x onerror=alert(1)>', false).text).toBe('"><img src=x onerror=alert(1)>');
    expect(tokenLabel('مرحبا', false)).toEqual({ text: 'مرحبا', mark: false });
  });

  it('can be said', () => {
    expect(spokenToken(' Paris')).toBe('“Paris”');
    expect(spokenToken('\n')).toBe('“newline”');
    expect(spokenToken(' ')).toBe('space');
    expect(spokenToken('')).toBe('part of a character');
  });
});

describe('moving between tokens', () => {
  it('stays inside', () => {
    const at = { lane: 0, position: 10 } as const;
    expect(moved(at, 'ArrowLeft', 10, 20)).toEqual({ lane: 0, position: 10 });
    expect(moved(at, 'ArrowRight', 10, 20)).toEqual({ lane: 0, position: 11 });
    expect(moved(at, 'ArrowUp', 10, 20)).toEqual({ lane: 0, position: 10 });
    expect(moved(at, 'ArrowDown', 10, 20)).toEqual({ lane: 1, position: 10 });
    expect(moved(at, 'End', 10, 20)).toEqual({ lane: 0, position: 20 });
    expect(moved(at, 'a', 10, 20)).toBeUndefined();
  });
});

describe('the record of a run', () => {
  const shape = { layers: 1, bins: 2, watched: [{ layer: 0, neuron: 1 }] };
  const prompt = [{ id: 1, text: 'Hi' }];

  function token(index: number, id: number) {
    return {
      type: 'token',
      lane: 0,
      index,
      token: { id, text: `t${id}` },
      logprob: -1,
      entropy: 1,
      top: [],
    } as const;
  }
  function position(at: number, value: number) {
    const values = Float32Array.of(value);
    return {
      type: 'position',
      lane: 0,
      position: at,
      overview: Float32Array.of(value, 0),
      profile: values,
      watched: values,
    } as const;
  }
  const allLanes = [0, 1, 2].map((lane) => ({ lane: lane as 0 | 1 | 2, key: 'k' }));

  it('keeps the answer before, dimmed, until it is replaced or the run ends', () => {
    const record = createRunRecord(() => {});
    record.begin(1, allLanes, shape);
    record.onPrompt({ type: 'prompt', tokens: prompt, notice: '' });
    for (const [i, id] of [7, 8, 9].entries()) record.onToken(1, token(i, id));
    record.onPosition(1, position(0, 0.5));
    record.settle([0, 1, 2], [{ finish: 'stop' }, { finish: 'stop' }, { finish: 'stop' }]);
    record.begin(2, [{ lane: 1, key: 'k2' }], shape);
    expect(tokenAt(record, 1, 0)).toMatchObject({ stale: true, token: { token: { id: 7 } } });
    record.onToken(1, token(0, 5));
    expect(tokenAt(record, 1, 0)).toMatchObject({ stale: false, token: { token: { id: 5 } } });
    // A newer run interrupts this one: what it had replaced is kept, what it had not as well.
    record.begin(3, [{ lane: 1, key: 'k3' }], shape);
    expect([0, 1, 2].map((i) => tokenAt(record, 1, i)?.token.token.id)).toEqual([5, 8, 9]);
    expect(valuesAt(record, 1, 0, 'watched')).toEqual(Float32Array.of(0.5));
    record.onToken(1, token(0, 4));
    record.settle([1], [{ finish: 'stop' }]);
    expect(tokenAt(record, 1, 1)).toBeUndefined();
    expect(record.lane(1).current).toMatchObject({ run: 3, row: 0, key: 'k3', finish: 'stop' });
    expect(record.lane(0).current).toMatchObject({ run: 1, row: 0 });
  });

  it('forgets the old answers when the prompt is another', () => {
    const record = createRunRecord(() => {});
    record.begin(1, allLanes, shape);
    record.onPrompt({ type: 'prompt', tokens: prompt, notice: '' });
    record.onToken(0, token(0, 7));
    record.begin(2, allLanes, shape);
    expect(tokenAt(record, 0, 0)?.stale).toBe(true);
    record.onPrompt({ type: 'prompt', tokens: [{ id: 2, text: 'Ho' }], notice: '' });
    expect(tokenAt(record, 0, 0)).toBeUndefined();
  });

  it('drops values of other neurons but keeps the text when the watched set changes', () => {
    const record = createRunRecord(() => {});
    record.begin(1, allLanes, shape);
    record.onPrompt({ type: 'prompt', tokens: prompt, notice: '' });
    record.onToken(0, token(0, 7));
    record.onPosition(0, position(0, 0.5));
    record.begin(2, allLanes, { ...shape, watched: [{ layer: 0, neuron: 0 }] });
    expect(tokenAt(record, 0, 0)?.stale).toBe(true);
    expect(valuesAt(record, 0, 0, 'watched')).toBeUndefined();
  });

  it('finds where answers part', () => {
    const record = createRunRecord(() => {});
    record.begin(1, allLanes, shape);
    for (const [i, id] of [7, 8].entries()) record.onToken(0, token(i, id));
    for (const [i, id] of [7, 8].entries()) record.onToken(1, token(i, id));
    expect(firstDifference(record, 1)).toBeUndefined();
    record.onToken(1, token(2, 9));
    expect(firstDifference(record, 1)).toBeUndefined();
    record.settle([0, 1, 2], [{ finish: 'stop' }, { finish: 'stop' }, { finish: 'stop' }]);
    expect(firstDifference(record, 1)).toBe(2);
    record.onToken(1, token(1, 3));
    expect(firstDifference(record, 1)).toBe(1);
  });

  it('tells its listeners once per frame', () => {
    const frames: (() => void)[] = [];
    const record = createRunRecord((flush) => frames.push(flush));
    let calls = 0;
    record.subscribe(() => {
      calls += 1;
    });
    record.begin(1, allLanes, shape);
    for (let i = 0; i < 100; i++) record.onToken(0, token(i, i));
    expect(frames).toHaveLength(1);
    frames[0]!();
    expect(calls).toBe(1);
    record.onToken(0, token(100, 1));
    expect(frames).toHaveLength(2);
  });
});
