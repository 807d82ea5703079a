import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { createRunRecord } from '../../../app/explore/state/record.ts';
import { createStores } from '../../../app/explore/state/stores.ts';
import { isRecorded, recordRun, replayRun } from '../../../app/link/replay.ts';
import { isLocal } from '../../../app/shell/start.ts';
import { createMeter } from '../../../app/ui/progress.ts';
import { coarser, dequantise, type Frame, poolFrames, quantise } from '../../../src/saved/frames.ts';
import { formatRun, parseRun, type RecordedRun } from '../../../src/saved/run-file.ts';

const shipped = new URL('../../../public/runs/telephone.json', import.meta.url);

let text: string;
let run: RecordedRun;
beforeAll(async () => {
  text = await readFile(shipped, 'utf8');
  run = await parseRun(text);
});

/** The file with one value changed. */
function changed(path: readonly (string | number)[], value: unknown): string {
  const data = JSON.parse(text);
  const last = path.at(-1)!;
  let at = data;
  for (const key of path.slice(0, -1)) at = at[key];
  at[last] = value;
  return JSON.stringify(data);
}

const textOf = ({ lanes }: RecordedRun, lane: number) =>
  lanes[lane]!.tokens.map(({ token }) => token.text).join('');

describe('the run that comes with the page', () => {
  it('is small and fills every part', () => {
    expect(text.length).toBeLessThan(400_000);
    const texts = [0, 1, 2].map((lane) => textOf(run, lane));
    expect(new Set(texts.map((each) => each.slice(0, 40))).size).toBe(3);
    expect(texts.every((each) => each.endsWith('.'))).toBe(true);
    expect(run.lanes.map(({ finish }) => finish)).toEqual(['stop', 'stop', 'stop']);
    for (const { tokens } of run.lanes.slice(1))
      expect(tokens.every(({ referenceLogprob }) => referenceLogprob !== undefined)).toBe(true);
    expect(run.dose?.points.every(({ control }) => control?.divergence !== undefined)).toBe(true);
    expect(run.dose?.points).toHaveLength(9);
    expect(run.control.members).toHaveLength(16);
    expect(Object.keys(run.neurons)).toHaveLength(16);
    expect(run.state.pin).toBeDefined();
    for (const { frames, tokens } of run.lanes) {
      expect(frames.length).toBeGreaterThanOrEqual(run.prompt.length + tokens.length - 1);
      for (const frame of frames) {
        expect(frame?.overview).toHaveLength(run.shape.layers * run.shape.bins);
        expect(frame?.profile).toHaveLength(run.shape.layers);
        expect(frame?.watched).toHaveLength(run.shape.watched.length);
        expect(frame?.overview.every((value) => value >= 0 && value < Infinity)).toBe(true);
      }
    }
  });
});

describe('run files', () => {
  it('give back what the page showed', async () => {
    const stores = createStores();
    const record = createRunRecord((flush) => flush());
    expect(recordRun(stores, record, new Date(0), {})).toBeUndefined();
    stores.model.setState({ model: run.model });
    replayRun(stores, record, run);
    expect(isRecorded(record)).toBe(true);
    expect(stores.prompt.getState().question).toBe(run.state.prompt?.question);
    expect(stores.selection.getState().pin).toEqual(run.state.pin);
    const again = recordRun(stores, record, new Date(run.created), run.neurons)!;
    const read = await parseRun(await formatRun(again));
    expect(read.lanes.map(({ tokens }) => tokens)).toEqual(run.lanes.map(({ tokens }) => tokens));
    expect({ ...read, lanes: [] }).toMatchObject({ ...run, lanes: [] });
    const [before, after] = [run.lanes[1]!.frames.at(-1)!, read.lanes[1]!.frames.at(-1)!];
    expect(after.profile).toEqual(before.profile);
    expect(after.watched).toEqual(before.watched);
    const peak = Math.max(...before.overview);
    after.overview.forEach((value, i) => {
      expect(Math.abs(value - before.overview[i]!)).toBeLessThan(peak / 100);
    });
  });

  it('of older pages lose what compares different texts', async () => {
    const old = JSON.parse(text);
    for (const lane of old.lanes) for (const token of lane.tokens) token.divergence = 0.5;
    const read = await parseRun(JSON.stringify(old));
    const ids = read.lanes.map(({ tokens }) => tokens.map(({ token }) => token.id));
    for (const lane of [1, 2]) {
      const fork = ids[lane]!.findIndex((id, i) => id !== ids[0]![i]);
      expect(fork).toBeGreaterThan(0);
      const known = read.lanes[lane]!.tokens.map(({ divergence }) => divergence !== undefined);
      expect(known).toEqual(known.map((_, i) => i <= fork));
    }
  });

  it.each([
    ['no JSON', () => '{"format"', /not valid JSON/],
    ['another JSON', () => '{"a":1}', /not a saved run/],
    ['a newer version', () => changed(['version'], 2), /newer version/],
    ['no lanes', () => changed(['lanes'], []), /not valid at "lanes"/],
    ['a wrong number', () => changed(['lanes', 0, 'tokens', 0, 'logprob'], 'x'), /tokens\.0\.logprob/],
    ['a wrong text', () => changed(['state', 'steering', 'groups', 0, 'name'], 5), /groups\.0\.name/],
    ['a neuron too many', () => changed(['watched', 0], [0, 99_999]), /names neuron 0:99999/],
    ['values that are missing', () => changed(['frames', 'count'], 500), /values are missing/],
    ['values that are too many', () => changed(['frames', 'count'], 3), /cannot be unpacked/],
    ['values beyond bounds', () => changed(['frames', 'count'], 9_000_000), /more values/],
    [
      'neurons beyond bounds',
      () => changed(['model', 'widths'], Array(30).fill(1_000_000)),
      /more neurons than this page/,
    ],
    ['values that are none', () => changed(['frames', 'profile'], 'AAAA'), /cannot be unpacked/],
    ['a file that is too large', () => ' '.repeat(2 ** 25 + 1), /over the limit of 32 MB/],
  ])('are refused in one sentence: %s', async (_, source, message) => {
    await expect(parseRun(source())).rejects.toThrow(message);
  });

  it('are read with a byte-order mark and without keys that reach prototypes', async () => {
    const read = await parseRun(`\uFEFF${text.replace('{', '{"__proto__":{"polluted":1},')}`);
    expect(read.prompt).toEqual(run.prompt);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe('values of frames', () => {
  it('keep zero, maximum and NaN', () => {
    const values = Float32Array.of(0, 4, Number.NaN, 1, -1, Infinity);
    const back = dequantise(quantise(values, 4, 254), 4, 254);
    expect([...back]).toEqual([0, 4, Number.NaN, 1, 0, 4]);
    expect([...quantise(Float32Array.of(0, 0), 0, 63)]).toEqual([0, 0]);
  });

  it('are shared between lanes that read the same', () => {
    const frame = (value: number): Frame => ({
      overview: Float32Array.of(value),
      profile: Float32Array.of(value),
      watched: Float32Array.of(Number.NaN),
    });
    const { frames, positions } = poolFrames([
      [frame(1), frame(2)],
      [frame(1), frame(3), undefined, frame(1)],
    ]);
    expect(frames).toHaveLength(4);
    expect(positions).toEqual([
      [0, 1],
      [0, 2, -1, 3],
    ]);
  });

  it('become coarser by their largest', () => {
    expect([...coarser(Float32Array.of(1, 2, 4, 3), 2)]).toEqual([2, 4]);
  });
});

describe('where the page comes from', () => {
  it.each([
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.1.2.3', true],
    ['[::1]', true],
    ['app.localhost', true],
    ['192.168.1.4', false],
    ['example.org', false],
    ['localhost.example.org', false],
    ['127.example.org', false],
  ])('%s', (hostname, local) => {
    expect(isLocal(hostname)).toBe(local);
  });
});

describe('the measure of loading', () => {
  it('goes one way through all stages, and knows the size where the server does not tell', () => {
    let now = 0;
    const meter = createMeter(() => now, 100);
    const shares: number[] = [];
    const tell = (stage: string, done: number, unit: 'bytes' | 'items' = 'bytes') => {
      now += 2000;
      const progress = meter({ stage, done, unit });
      shares.push(progress.share);
      return progress;
    };
    expect(tell('Downloading', 0)).toMatchObject({ total: 100, cached: false, share: 0 });
    expect(tell('Downloading', 50).secondsLeft).toBe(2);
    tell('Downloading', 100);
    tell('Preparing weights', 0);
    tell('Preparing weights', 100);
    expect(tell('Starting the model', 0, 'items').secondsLeft).toBeUndefined();
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares[1]).toBeCloseTo(0.35);
    expect(shares.at(-1)).toBeLessThan(1);
  });

  it('remembers that the file came from the cache', () => {
    const meter = createMeter(() => 0);
    const done = { done: 5, total: 5, unit: 'bytes' } as const;
    expect(meter({ stage: 'Read from this browser’s cache', ...done }).cached).toBe(true);
    expect(meter({ stage: 'Preparing weights', ...done }).cached).toBe(true);
  });
});
