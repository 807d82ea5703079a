import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createStores } from '../../../app/explore/state/stores.ts';
import { decodeLink, encodeLink } from '../../../app/link/link.ts';
import { readPageState, writePageState } from '../../../app/link/page-state.ts';
import { learnName, type ShippedName, shippedName } from '../../../app/link/shipped-names.ts';
import type { LoadedModel } from '../../../src/engine/model-info.ts';
import { deflate, inflate, toBase64Url } from '../../../src/lib/bytes/pack.ts';
import { parseNeuronSet } from '../../../src/neurons/set-file.ts';
import { pageStateSchema } from '../../../src/saved/page-state.ts';
import { firstSteering } from '../../../src/steering/steering.ts';

/** Written by the page before version 2. */
const firstVersion =
  '#s1.VZJBa9wwEIX_yvLOInTTtAddSi-l0BICKfQQcpjaY0dE0jjSaF2z-L-XsZMNvYk3o3nzPumMJD1H-DMyJYaHhrzAYQh55DKVkBUewxGrw1QkTWq9dgke3RMpHOpSlRM84KCt5Ar_cEaRaD2tcoFDJ1l5m_U9YHWXMtUaqlLW_3s4RrnC-ujw0rhqkAyP309ymKkevvZ0-CknjtTxF_OnNMWQR9tMOU1cSFth-A8OKtOPt8Md_NGh8MQabOQdZ4q6bGpl7uGPq0Oiv7_kmS3F55vVoSpzeZ2eqOdvUnYiDmORNu1pQw-P0cQ3jrPA4TlkK3StqiQ4JE5_uOxXIi1cNvPMrVjCawPzKn98l2-Mw0CdmvP11ScHU7U0tkLtZNpI5jpvqGXO8GdL0tRCPTzuaIvE-0vKU-DZEkVapBnyTmJLueL9mQeKlR3qRB3X3c8GRWkGQAuFzL35ld4WxhhOnOFAMd5um9fLjJdGWYOhRsequ8kQth-gO-x1_Qc';
/** Written by the first page of version 2. */
const secondVersion = '#s2.0yB3G4xhV5QPLG7cEoHpAeR_4r1vpGdEsv8B';
const noPlace = () => false;
const shipped = parseNeuronSet(readFileSync('public/neurons/smollm2-135m-instruct.json', 'utf8'));
learnName('smollm2-135m-instruct', shipped);
const find = async (name: ShippedName) =>
  JSON.stringify(shippedName(shipped)) === JSON.stringify(name) ? shipped : undefined;
const open = (fragment: string, isPlace: (id: string) => boolean = noPlace) =>
  decodeLink(fragment, isPlace, find);

/** Stores as they are when somebody asked a question of their own with the set that comes with the page. */
function askedStores(question: string, factor = 1.5) {
  const stores = createStores();
  const name = 'SmolLM2-135M-Instruct';
  const { fingerprint, identity } = shipped.model;
  stores.model.setState({
    model: { name, fingerprint, identity, hasChatTemplate: true } as LoadedModel,
  });
  stores.prompt.setState({ question });
  stores.steering.setState({
    madeFor: fingerprint,
    groups: [
      { id: 'g1', name: shipped.name, kind: 'set', members: shipped.neurons, set: shipped, factor, on: true },
    ],
  });
  return stores;
}
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
    const fragment = encodeLink(state);
    expect(fragment).toMatch(/^#s2\.[\w-]+$/);
    const read = (await open(fragment))?.state;
    expect(read).toEqual(state);
    const stores = createStores();
    writePageState(stores, read!);
    expect({ ...readPageState(stores), model: state.model }).toEqual(state);
    expect(stores.prompt.getState().question).toContain(markup);
    expect(stores.run.getState().status).toBe('idle');
  });

  it('are short for a question of one line with the set that comes with the page', async () => {
    const stores = askedStores(
      'Which river flows through the city where Marie Curie was born, and how long is it?',
    );
    stores.view.setState({ spaces: true });
    const fragment = encodeLink(readPageState(stores));
    expect(fragment.length).toBeLessThan(240);
    const { state, note } = (await open(fragment))!;
    expect(note).toBeUndefined();
    const { set, ...group } = state.steering!.groups[0]!;
    expect(set).toEqual(shipped);
    expect(group).toMatchObject({ name: shipped.name, members: shipped.neurons, factor: 1.5, on: true });
    expect(state.prompt).toEqual(stores.prompt.getState());
    expect(state.view).toEqual(stores.view.getState());
  });

  it('carry what is answered where the fields say something else', async () => {
    const stores = askedStores('Who wrote Faust?');
    const { sampling, maxTokens } = stores.prompt.getState();
    const turns = [{ role: 'user' as const, content: 'Who wrote Faust?' }];
    const asked = {
      prompt: { kind: 'chat' as const, system: '', turns },
      sampling,
      maxTokens,
      answerStart: [],
    };
    stores.run.setState({ asked });
    expect(readPageState(stores).asked, 'as the fields say').toBeUndefined();
    stores.prompt.setState({ question: '', turns: [...turns, { role: 'assistant', content: 'Goethe.' }] });
    const { state } = (await open(encodeLink(readPageState(stores))))!;
    expect(state.asked).toEqual(asked);
    expect(state.prompt?.question).toBe('');
    const others = createStores();
    writePageState(others, state);
    expect(others.run.getState().wanted).toEqual(asked);
  });

  it('say that a set is not the one of this page, and leave its neurons out', async () => {
    const fragment = encodeLink(readPageState(askedStores('Who?')));
    const { state, note } = (await decodeLink(fragment, noPlace, async () => undefined))!;
    expect(state.steering?.groups).toEqual([]);
    expect(state.prompt?.question).toBe('Who?');
    expect(note).toMatch(/^The link uses the neuron set “smollm2-135m-instruct” .* left out\.$/);
  });

  it('keep a set with other members, or under another name, as it is', async () => {
    const stores = askedStores('Who?');
    const [group] = stores.steering.getState().groups;
    stores.steering.setState({
      groups: [
        { ...group!, name: 'mine' },
        { ...group!, id: 'g2', members: [...group!.members, { layer: 1, neuron: 2 }] },
      ],
    });
    const { state } = (await open(encodeLink(readPageState(stores))))!;
    expect(state.steering?.groups[0]?.name).toBe('mine');
    expect(state.steering?.groups[1]?.members).toEqual([...shipped.neurons, { layer: 1, neuron: 2 }]);
  });

  it('of the first version open as ever', async () => {
    const { state } = (await open(firstVersion))!;
    expect(state.prompt?.question).toBe('Who was Ada Lovelace?');
    expect(state.prompt?.turns).toHaveLength(2);
    expect(state.steering).toMatchObject({
      madeFor: 'f1',
      scope: 'answer',
      groups: [{ name: 'two', factor: 2.5 }],
    });
    expect(state.view?.spaces).toBe(true);
  });

  it('of the second version open as ever', async () => {
    const { state } = (await open(secondVersion))!;
    expect(state.prompt?.question).toBe('Who wrote Faust?');
    expect(state.steering?.groups[0]?.factor).toBe(2.25);
  });

  it('of which any one letter was changed or lost say the same or are refused', async () => {
    const whole = encodeLink(readPageState(askedStores('Who wrote Faust?')));
    const right = await open(whole);
    const outcome = (fragment: string) =>
      open(fragment).then(
        (read) => (JSON.stringify(read) === JSON.stringify(right) ? 'the same' : 'another state'),
        (error: unknown) => (/damaged|not a state/.test(String(error)) ? 'refused' : String(error)),
      );
    for (let at = 4; at < whole.length; at++) {
      const other = whole[at] === 'A' ? 'Q' : 'A';
      const changed = await outcome(`${whole.slice(0, at)}${other}${whole.slice(at + 1)}`);
      expect(['refused', 'the same'], `letter ${at}`).toContain(changed);
      expect(['refused', 'the same'], `cut at ${at}`).toContain(await outcome(whole.slice(0, at)));
    }
  });

  it('leave places on the page alone', async () => {
    expect(await open('')).toBeUndefined();
    expect(await open('#')).toBeUndefined();
    expect(await open('#explore', (id) => id === 'explore')).toBeUndefined();
  });

  it('over 8 kB are refused when made and when read', async () => {
    const stores = createStores();
    let seed = 1;
    const noise = Array.from({ length: 20_000 }, () => {
      seed = (seed * 48271) % 2147483647;
      return String.fromCharCode(0x4e00 + (seed % 20_000));
    }).join('');
    stores.prompt.setState({ question: noise });
    expect(() => encodeLink(readPageState(stores))).toThrow(/over the 8 kB/);
    await expect(open(`#s1.${'A'.repeat(9000)}`)).rejects.toThrow(/longer than the 8 kB/);
  });

  it('that unfold beyond bounds are refused', async () => {
    const fragment = await fragmentOf(JSON.stringify({ prompt: { question: ' '.repeat(4 * 2 ** 20) } }));
    expect(fragment.length).toBeLessThan(8192);
    await expect(open(fragment)).rejects.toThrow(/damaged/);
  });

  it.each([
    ['an address', '#javascript:alert(1)', /not a state/],
    ['another scheme', '#s1', /not a state/],
    ['no base64url', '#s1.ab%22', /not a state/],
    ['no DEFLATE', '#s1.AAAA', /damaged/],
    ['half of a link', undefined, /damaged/],
    ['a newer version', '#s3.AAAA', /newer version/],
    ['a version of two without content', '#s2.AAAA', /damaged/],
  ])('that are damaged are refused in one sentence: %s', async (_, fragment, message) => {
    const whole = encodeLink(readPageState(changedStores()));
    const half = whole.slice(0, whole.length / 2);
    await expect(open(fragment ?? half)).rejects.toThrow(message);
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
    await expect(open(await fragmentOf(json))).rejects.toThrow(/damaged/);
  });

  it('open with a set of version 1, in which detectors were known by their labels', async () => {
    const set: unknown = JSON.parse(readFileSync('test/fixtures/neuron-sets/format-1.json', 'utf8'));
    const group = { id: 'g1', name: 'a', kind: 'set', members: [], set, factor: 1, on: true };
    const read = await open(
      await fragmentOf(JSON.stringify({ steering: { ...firstSteering, groups: [group] } })),
    );
    expect(read?.state.steering?.groups[0]?.set).toEqual(shipped);
    expect(shipped.detectors?.['h-neurons']?.auroc.value).toBeCloseTo(0.806, 3);
  });

  it('drop keys that they do not have', async () => {
    const read = await open(await fragmentOf('{"__proto__":{"polluted":1},"other":2}'));
    expect(read?.state).toEqual({});
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
