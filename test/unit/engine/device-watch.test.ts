import { describe, expect, it } from 'vitest';
import { EngineError } from '../../../src/lib/errors.ts';
import { watchDevice } from '../../../src/worker/device-watch.ts';

function device() {
  let lose: (reason: string) => void = () => {};
  const watch = watchDevice(
    new Promise((resolve) => {
      lose = resolve;
    }),
  );
  return { watch, lose: (reason: string) => lose(reason) };
}

describe('work on a device', () => {
  it('gives its result', async () => {
    expect(await device().watch.run(async () => 3)).toBe(3);
  });

  it('that gets lost ends with the reason, though the work hangs, and all later work', async () => {
    const { watch, lose } = device();
    const hanging = watch.run(() => new Promise(() => {}));
    lose('Device was destroyed.');
    await expect(hanging).rejects.toMatchObject({
      code: 'device-lost',
      message: expect.stringContaining('(Device was destroyed); load the model again'),
    });
    await expect(watch.run(async () => 3)).rejects.toMatchObject({ code: 'device-lost' });
  });

  it('that needs too much memory says so', async () => {
    const { watch } = device();
    const work = async () => {
      throw new RangeError('Array buffer allocation failed');
    };
    await expect(watch.run(work)).rejects.toMatchObject({ code: 'out-of-memory' });
  });

  it('keeps its own errors', async () => {
    const { watch } = device();
    const own = new EngineError('context-full', 'Too long.');
    await expect(watch.run(() => Promise.reject(own))).rejects.toBe(own);
  });
});
