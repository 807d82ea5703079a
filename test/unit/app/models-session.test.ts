import { describe, expect, it, vi } from 'vitest';
import { createSession } from '../../../app/explore/state/session.ts';
import { firstControl } from '../../../app/explore/state/slices/steering.ts';
import { createTabs } from '../../../app/shell/tabs.ts';
import { EngineError } from '../../../src/lib/errors.ts';
import type { ModelSource } from '../../../src/model/source.ts';
import type { LoadIn } from '../../../src/worker/engine-calls.ts';
import { fakeEngine, readySession, settle, tinyModel } from '../../support/fake-engine.ts';

const source = (name: string): ModelSource => ({ kind: 'url', url: `http://localhost/${name}`, name });
const nameOf = ({ source }: LoadIn) => (source.kind === 'url' ? source.name : '');

/** Two models of one shape with different weights, by the name of their source; others cannot be loaded. */
async function load(input: LoadIn) {
  const name = nameOf(input);
  if (name !== 'tiny' && name !== 'other') throw new EngineError('load-failed', `${name} is not there.`);
  return { ...tinyModel, name, fingerprint: name };
}

const ready = () => readySession({ onLoad: load });
const status = ({ session }: Awaited<ReturnType<typeof ready>>) => session.stores.model.getState().status;

describe('another model', () => {
  it('takes the place of the one before: what names neurons goes, what was typed stays', async () => {
    const { session, asked } = await ready();
    const { prompt, steering, selection, view, control } = session.stores;
    asked[0]!.finish(['a b', 'a b', 'a b']);
    await settle();
    prompt.setState({
      question: 'Why?',
      system: 'Be brief.',
      turns: [{ role: 'user', content: 'Hi' }],
      maxTokens: 7,
    });
    session.setFactor(2);
    session.addGroup('mine', [{ layer: 0, neuron: 3 }]);
    selection.setState({
      card: { layer: 0, neuron: 3 },
      box: { layerStart: 0, layerEnd: 1, start: 0, end: 4 } as never,
    });
    view.setState({ mapView: { left: 0, width: 4, top: 0, height: 1 } });
    control.setState({ key: 'old', members: [{ layer: 0, neuron: 9 }] });
    await settle();

    await session.load(source('other'));
    expect(steering.getState()).toMatchObject({ madeFor: 'other', own: {}, muted: [] });
    expect(steering.getState().groups.map(({ name, factor }) => [name, factor])).toEqual([
      ['five most active neurons', 1],
    ]);
    expect(selection.getState().card).toBeUndefined();
    expect(selection.getState().box).toBeUndefined();
    expect(view.getState().mapView).toBeUndefined();
    expect(control.getState()).not.toMatchObject({ key: 'old' });
    expect(session.history.getState()).toMatchObject({ undo: undefined });
    expect(prompt.getState()).toMatchObject({
      question: 'Why?',
      system: 'Be brief.',
      turns: [{ role: 'user', content: 'Hi' }],
      maxTokens: 7,
    });
    expect(session.record.lane(0).current.tokens).toEqual([]);
  });

  it('draws its own control, though the neurons have the same names', async () => {
    const { session, asked, controls } = await ready();
    session.addGroup('mine', [{ layer: 0, neuron: 3 }]);
    await settle();
    const before = controls.length;
    asked.at(-1)!.finish();
    await session.load(source('other'));
    await settle();
    expect(controls.length).toBeGreaterThan(before);
    expect(session.stores.control.getState()).not.toEqual(firstControl);
  });

  it('that cannot be had leaves the one before at work, with the reason', async () => {
    const all = await ready();
    const { session, asked } = all;
    asked[0]!.finish(['a b', 'a b', 'a b']);
    await settle();
    await session.load(source('missing'));
    expect(session.stores.model.getState()).toMatchObject({
      status: 'ready',
      error: 'missing is not there.',
      source: { name: 'missing' },
      model: { name: 'tiny' },
    });
    expect(session.record.lane(1).current.tokens).toHaveLength(2);
    session.answer();
    await settle();
    expect(asked).toHaveLength(2);
  });

  it('that stops halfway leaves what was answered, and the one before a click away', async () => {
    const gone = fakeEngine({ onLoad: load });
    const client = { ...gone.client, holdsModel: () => false };
    const session = createSession(client, (flush) => flush());
    await session.load(source('tiny'));
    await settle();
    gone.asked[0]!.finish(['a b', 'a b', 'a b']);
    await settle();
    await session.load(source('missing'));
    expect(session.stores.model.getState()).toMatchObject({
      status: 'failed',
      error: 'missing is not there.',
      last: { source: { name: 'tiny' } },
    });
    expect(session.record.lane(1).current.tokens).toHaveLength(2);
    session.answer();
    expect(session.stores.run.getState().error).toMatch(/not ready/);
    await session.load(session.stores.model.getState().last!.source);
    expect(session.stores.model.getState()).toMatchObject({ status: 'ready', error: undefined });
  });

  it('can be stopped on its way', async () => {
    let stopped = false;
    const waiting = fakeEngine({
      onLoad: (input) =>
        nameOf(input) === 'tiny'
          ? load(input)
          : new Promise((_, reject) => {
              stopLater = () => {
                stopped = true;
                reject(new EngineError('cancelled', 'Loading was stopped.'));
              };
            }),
    });
    let stopLater = () => {};
    const session = createSession(waiting.client, (flush) => flush());
    await session.load(source('tiny'));
    const loading = session.load(source('other'));
    await vi.waitFor(() => expect(session.stores.model.getState().status).toBe('loading'));
    await settle();
    session.stopLoading();
    stopLater();
    await loading;
    expect(stopped).toBe(true);
    expect(session.stores.model.getState()).toMatchObject({ status: 'ready', error: undefined });
  });

  it('that replaces one on its way keeps this tab’s right to hold a model', async () => {
    const tabs = { mayHold: async () => true, goOn() {}, onFree() {}, release: vi.fn() };
    const slow = fakeEngine({
      onLoad: (input) =>
        nameOf(input) === 'other' ? load(input) : new Promise((_, reject) => waiting.push(reject)),
    });
    const waiting: ((error: Error) => void)[] = [];
    const session = createSession(
      slow.client,
      (flush) => flush(),
      async () => [],
      tabs,
    );
    const first = session.load(source('tiny'));
    await settle();
    const second = session.load(source('other'));
    await settle();
    waiting[0]!(new EngineError('cancelled', 'Loading was stopped.'));
    await Promise.all([first, second]);
    expect(session.stores.model.getState()).toMatchObject({ status: 'ready', source: { name: 'other' } });
    expect(tabs.release).not.toHaveBeenCalled();
  });
});

describe('a model that gets lost', () => {
  it('leaves prompt, answers and steering, and comes back with one load', async () => {
    const all = await ready();
    const { session, asked, lose } = all;
    asked[0]!.finish(['a b', 'a b', 'a b']);
    await settle();
    session.setFactor(2);
    session.ask({ question: 'And then?' });
    await settle();
    lose(new EngineError('device-lost', 'The graphics device was lost; load the model again.'));
    expect(status(all)).toBe('lost');
    expect(session.stores.model.getState().error).toMatch(/graphics device was lost/);
    expect(session.stores.run.getState().status).toBe('done');
    expect(session.record.prompt).toHaveLength(1);
    expect(session.record.lane(0).current.tokens).toHaveLength(2);
    expect(session.record.lane(1).current.tokens).toHaveLength(2);
    const { last } = session.stores.model.getState();
    await session.load(last!.source);
    await settle();
    expect(status(all)).toBe('ready');
    expect(session.stores.steering.getState().groups[0]!.factor).toBe(2);
    expect(asked.at(-1)!.input.prompt).toMatchObject({ turns: [{ content: 'And then?' }] });
  });
});

/** The locks of one origin, as far as tabs use them: granted in the order they are asked for. */
function fakeLocks() {
  const queue: (() => void)[] = [];
  let taken = false;
  async function run(callback: (lock: object | null) => unknown): Promise<void> {
    taken = true;
    await callback({});
    taken = false;
    queue.shift()?.();
  }
  return {
    request(_name: string, options: unknown, callback?: (lock: object | null) => unknown) {
      const granted = (callback ?? options) as (lock: object | null) => unknown;
      const ifAvailable = callback !== undefined;
      if (!taken) return run(granted);
      if (ifAvailable) return Promise.resolve(granted(null));
      return new Promise<void>((resolve) => {
        queue.push(() => resolve(run(granted)));
      });
    },
  } as unknown as LockManager;
}

describe('tabs of the page', () => {
  function twoTabs() {
    const locks = fakeLocks();
    const first = createTabs(locks);
    const engine = fakeEngine({ onLoad: load });
    const second = createSession(
      engine.client,
      (flush) => flush(),
      async () => [],
      createTabs(locks),
    );
    return { first, second, engine };
  }

  it('ask before a second one holds a model', async () => {
    const { first, second } = twoTabs();
    expect(await first.mayHold()).toBe(true);
    expect(await first.mayHold()).toBe(true);
    await second.load(source('tiny'));
    expect(second.stores.model.getState()).toMatchObject({ status: 'shared', source: { name: 'tiny' } });
    second.loadBeside();
    await vi.waitFor(() => expect(second.stores.model.getState().status).toBe('ready'));
    await second.load(source('other'));
    expect(second.stores.model.getState().status).toBe('ready');
  });

  it('load what waited once the other is gone', async () => {
    const { first, second } = twoTabs();
    await first.mayHold();
    await second.load(source('tiny'));
    first.release();
    await vi.waitFor(() => expect(second.stores.model.getState().status).toBe('ready'));
    expect(await first.mayHold()).toBe(false);
  });

  it('have no say where the browser has no locks', async () => {
    expect(await createTabs(undefined).mayHold()).toBe(true);
  });
});
