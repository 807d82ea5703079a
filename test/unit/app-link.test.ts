import { describe, expect, it } from 'vitest';
import { decodeLink, encodeLink } from '../../app/state/link.ts';
import { deflate, inflate, toBase64Url } from '../../app/state/pack.ts';
import { pageStateSchema, readPageState, writePageState } from '../../app/state/page-state.ts';
import { firstSteering } from '../../app/state/slices/steering.ts';
import { createStores } from '../../app/state/stores.ts';
import type { LoadedModel } from '../../src/protocol/messages.ts';

const noPlace = () => false;
const markup = '"><img src=x onerror=alert(1)>';

/** Stores in which every part of the state differs from the first. */
function changedStores() {
  const stores = createStores();
  stores.model.setState({ model: { name: 'tiny', fingerprint: 'f1' } as LoadedModel });
  stores.prompt.setState({
    mode: 'raw',
    system: 'Be brief.',
    turns: [{ role: 'user', content: 'Hi' }],
    question: `日本語 ${markup}`,
    sampling: { temperature: 0.7, topK: 5, topP: 0.9, repetitionPenalty: 1.1, seed: 42 },
    maxTokens: 12,
  });
  stores.steering.setState({
    madeFor: 'f1',
    groups: [
      {
        id: 'g1',
        name: markup,
        kind: 'custom',
        members: [{ layer: 1, neuron: 2, weight: 0.5 }],
        factor: 2.5,
        on: false,
      },
    ],
    scope: 'answer',
    own: { '3:4': -1 },
    muted: ['5:6'],
    solo: '3:4',
    controlSeed: 7,
  });
  stores.selection.setState({ pin: { lane: 1, position: 9 }, card: { layer: 3, neuron: 4 } });
  stores.view.setState({
    layout: 'text',
    spaces: true,
    quantity: 'difference',
    mapView: { left: 1.5, width: 20, top: 2, height: 3 },
  });
  return stores;
}

async function fragmentOf(json: string, version = 1): Promise<string> {
  return `#s${version}.${toBase64Url(await deflate(new TextEncoder().encode(json)))}`;
}

describe('links', () => {
  it('carry every part of the state, as text', async () => {
    const state = readPageState(changedStores());
    const fragment = await encodeLink(state);
    expect(fragment).toMatch(/^#s1\.[\w-]+$/);
    const read = await decodeLink(fragment, noPlace);
    expect(read).toEqual(state);
    const stores = createStores();
    writePageState(stores, read!);
    expect({ ...readPageState(stores), model: state.model }).toEqual(state);
    expect(stores.prompt.getState().question).toContain(markup);
    expect(stores.run.getState().status).toBe('idle');
  });

  it('are short for an ordinary state', async () => {
    expect((await encodeLink(readPageState(createStores()))).length).toBeLessThan(700);
  });

  it('leave places on the page alone', async () => {
    expect(await decodeLink('', noPlace)).toBeUndefined();
    expect(await decodeLink('#', noPlace)).toBeUndefined();
    expect(await decodeLink('#explore', (id) => id === 'explore')).toBeUndefined();
  });

  it('over 8 kB are refused when made and when read', async () => {
    const stores = createStores();
    let seed = 1;
    const noise = Array.from({ length: 20_000 }, () => {
      seed = (seed * 48271) % 2147483647;
      return String.fromCharCode(0x4e00 + (seed % 20_000));
    }).join('');
    stores.prompt.setState({ question: noise });
    await expect(encodeLink(readPageState(stores))).rejects.toThrow(/over the 8 kB/);
    await expect(decodeLink(`#s1.${'A'.repeat(9000)}`, noPlace)).rejects.toThrow(/longer than the 8 kB/);
  });

  it('that unfold beyond bounds are refused', async () => {
    const fragment = await fragmentOf(JSON.stringify({ prompt: { question: ' '.repeat(4 * 2 ** 20) } }));
    expect(fragment.length).toBeLessThan(8192);
    await expect(decodeLink(fragment, noPlace)).rejects.toThrow(/damaged/);
  });

  it.each([
    ['an address', '#javascript:alert(1)', /not a state/],
    ['another scheme', '#s1', /not a state/],
    ['no base64url', '#s1.ab%22', /not a state/],
    ['no DEFLATE', '#s1.AAAA', /damaged/],
    ['half of a link', undefined, /damaged/],
    ['a newer version', '#s2.AAAA', /newer version/],
  ])('that are damaged are refused in one sentence: %s', async (_, fragment, message) => {
    const whole = await encodeLink(readPageState(changedStores()));
    const half = whole.slice(0, whole.length / 2);
    await expect(decodeLink(fragment ?? half, noPlace)).rejects.toThrow(message);
  });

  it.each([
    ['no JSON', '{'],
    ['a number out of range', JSON.stringify({ pin: { lane: 3, position: 1 } })],
    ['a factor that is none', JSON.stringify({ steering: { ...firstSteering, own: { '1:1': 'x' } } })],
    ['a key that is none', JSON.stringify({ steering: { ...firstSteering, muted: [markup] } })],
    ['a list in place of an object', '[]'],
    [
      'a set that is none',
      JSON.stringify({
        steering: {
          ...firstSteering,
          groups: [{ id: 'g1', name: 'a', kind: 'set', members: [], set: {}, factor: 1, on: true }],
        },
      }),
    ],
  ])('with wrong values are refused: %s', async (_, json) => {
    await expect(decodeLink(await fragmentOf(json), noPlace)).rejects.toThrow(/damaged/);
  });

  it('drop keys that they do not have', async () => {
    const read = await decodeLink(await fragmentOf('{"__proto__":{"polluted":1},"other":2}'), noPlace);
    expect(read).toEqual({});
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it('fill only what they have', () => {
    const stores = changedStores();
    const before = readPageState(stores);
    writePageState(stores, pageStateSchema.parse({ view: { spaces: false } }));
    expect(readPageState(stores)).toEqual({ ...before, view: { ...before.view, spaces: false } });
    writePageState(stores, { pin: { lane: 0, position: 1 } }, ['pin']);
    expect(stores.selection.getState().pin).toEqual({ lane: 1, position: 9 });
  });
});

describe('packing', () => {
  it('gives bytes back', async () => {
    const bytes = Uint8Array.from({ length: 5000 }, (_, i) => (i * i) % 256);
    expect(await inflate(await deflate(bytes), 5000)).toEqual(bytes);
    await expect(inflate(await deflate(bytes), 4999)).rejects.toThrow(/more than 4999 bytes/);
  });
});
