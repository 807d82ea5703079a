import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { flipSummary, flips } from '../../../app/explore/doseFlips.ts';
import { doseFactors, idleBeforeDoses } from '../../../app/explore/state/doses.ts';
import type { DosePoint } from '../../../app/explore/state/slices/dose.ts';
import { neurons, readySession, settle } from '../../support/fake-engine.ts';

/** A session whose first answers are there. */
async function answered() {
  const all = await readySession();
  all.asked[0]!.finish(['a b', 'a b', 'a b']);
  await settle();
  return all;
}

describe('what steered lanes say', () => {
  it('is read with the model as trained behind the first word that differs, once', async () => {
    const { session, asked, rereads } = await answered();
    expect(rereads).toHaveLength(1);
    session.setFactor(2);
    await settle();
    asked[1]!.finish(['a c', 'a b d']);
    await settle();
    expect(rereads).toHaveLength(2);
    expect(rereads[1]!.answers.map((ids) => ids.length)).toEqual([2, 3]);
    const known = [1, 2].map((lane) =>
      session.record.lane(lane as 1 | 2).current.tokens.map(({ referenceLogprob }) => referenceLogprob),
    );
    expect(known).toEqual([
      [-2, -3],
      [-2, -3, -4],
    ]);
  });
});

describe('steering', () => {
  it('compares with the unsteered lane of the same request, or with the one before', async () => {
    const { session, asked } = await answered();
    expect(asked[0]!.input.reference).toEqual({ lane: 0 });
    session.setFactor(2);
    await settle();
    expect(asked[1]!.input).toMatchObject({ reference: { run: asked[0]!.id, lane: 0 }, lanes: [{}, {}] });
  });

  it('undoes and redoes a drag as one step, and shows the answers of before', async () => {
    const { session, asked } = await answered();
    const factor = () => session.stores.steering.getState().groups[0]!.factor;
    for (let i = 0; i <= 20; i++) session.setFactor(1 + i / 10);
    session.endStep();
    session.setMuted('0:1', true);
    await settle();
    expect(session.history.getState().undo).toBe('mute 0:1');
    session.undo();
    session.undo();
    await settle();
    expect(factor()).toBe(1);
    expect(session.history.getState()).toEqual({
      undo: undefined,
      redo: 'scale of five most active neurons',
    });
    expect(asked.at(-1)!.input.lanes.every((lane) => lane.neurons.length === 0)).toBe(true);
    session.redo();
    await settle();
    expect(factor()).toBe(3);
    session.undo();
    session.undo();
    expect(factor()).toBe(1);
  });

  it('keeps the main slider within its range', async () => {
    const { session } = await answered();
    session.setFactor(99);
    expect(session.stores.steering.getState().groups[0]!.factor).toBe(3);
    session.setFactor(-1);
    expect(session.stores.steering.getState().groups[0]!.factor).toBe(0);
  });

  it('watches and controls all groups', async () => {
    const { session, asked, controls } = await answered();
    expect(
      session.addGroup('Mine', [
        { layer: 0, neuron: 6 },
        { layer: 0, neuron: 6 },
      ]),
    ).toBeUndefined();
    session.setGroupFactor('g2', 0);
    await settle();
    expect(asked.at(-1)!.input.watched).toEqual([...neurons, { layer: 0, neuron: 6 }]);
    expect(controls.at(-1)!.members).toEqual([...neurons, { layer: 0, neuron: 6 }]);
    const [, steered, control] = asked.at(-1)!.input.lanes;
    expect(steered!.neurons).toEqual([{ layer: 0, neuron: 6, factor: 0 }]);
    expect(control!.neurons).toHaveLength(1);
    session.drawControl(7);
    await settle();
    expect(controls.at(-1)!.seed).toBe(7);
    const count = controls.length;
    session.setFactor(2);
    await settle();
    expect(controls).toHaveLength(count);
  });

  it('refuses what cannot be a group, in a sentence', async () => {
    const { session } = await answered();
    const before = session.stores.steering.getState();
    expect(session.addGroup('none', [])).toMatch(/no neurons/);
    expect(session.addGroup('far', [{ layer: 9, neuron: 0 }])).toMatch(/There is no neuron 9:0/);
    const many = Array.from({ length: 2001 }, (_, neuron) => ({ layer: 0, neuron }));
    expect(session.addGroup('many', many)).toMatch(/at most 2,000/);
    expect(session.stores.steering.getState()).toBe(before);
  });

  it('keeps groups when the same model comes back on another device', async () => {
    const { session, asked } = await answered();
    session.addGroup('Mine', [{ layer: 0, neuron: 6 }]);
    session.chooseDevice('wasm');
    await vi.waitFor(() => expect(session.stores.model.getState().status).toBe('ready'));
    await settle();
    expect(session.stores.steering.getState().groups.map(({ name }) => name)).toEqual([
      'five most active neurons',
      'Mine',
    ]);
    expect(asked.at(-1)!.input.watched).toHaveLength(6);
  });

  it('asks what a neuron writes once', async () => {
    const { session, facts } = await answered();
    const neuron = { layer: 0, neuron: 3 };
    const [a, b] = await Promise.all([session.neuronFacts(neuron), session.neuronFacts(neuron)]);
    expect(a).toBe(b);
    expect(facts).toEqual([neuron]);
  });
});

describe('doses', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  const texts = doseFactors.map((factor) => (factor < 0.5 ? '' : factor > 2 ? 'x y' : 'a b'));

  /** Finishes the set's doses, then the random control's. The lane as trained comes first, and again at factor 1. */
  async function finishBoth(doses: Awaited<ReturnType<typeof answered>>['doses'], random = texts) {
    const lanes = (all: readonly string[]) => ['a b', ...all.filter((_, i) => doseFactors[i] !== 1)];
    doses.at(-1)!.finish(lanes(texts));
    await settle();
    doses.at(-1)!.finish(lanes(random));
    await settle();
  }

  it('are asked once the model is idle, as a batch of nine, then of random neurons', async () => {
    const { session, doses } = await answered();
    expect(doses).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(idleBeforeDoses);
    expect(doses).toHaveLength(1);
    const { lanes } = doses[0]!.input;
    const scaled = doseFactors.filter((factor) => factor !== 1);
    expect(lanes.map((lane) => lane.neurons[0]?.factor)).toEqual([undefined, ...scaled]);
    expect(session.stores.dose.getState()).toMatchObject({ status: 'running', points: [] });
    await finishBoth(
      doses,
      texts.map(() => 'a b'),
    );
    expect(doses).toHaveLength(2);
    const random = doses[1]!.input.lanes;
    expect(random.map((lane) => lane.neurons[0]?.factor)).toEqual([undefined, ...scaled]);
    const members = session.stores.control.getState().members.map(({ neuron }) => neuron);
    expect(random[1]!.neurons.every(({ neuron }) => members.includes(neuron))).toBe(true);
    const { status, points } = session.stores.dose.getState();
    expect(status).toBe('done');
    expect(points.map(({ factor }) => factor)).toEqual([...doseFactors]);
    expect(points.map(({ differs }) => differs)).toEqual(texts.map((text) => text !== 'a b'));
    expect(points.map(({ control }) => control?.differs)).toEqual(texts.map(() => false));
    expect(points.map(({ divergence }) => divergence)).toEqual([0.1, 0.2, 0.3, 0.4, 0, 0.5, 0.6, 0.7, 0.8]);
  });

  it('give way to an answer, and come again behind it', async () => {
    const { session, asked, doses } = await answered();
    await vi.advanceTimersByTimeAsync(idleBeforeDoses);
    session.setMuted('0:1', true);
    await settle();
    expect(doses[0]!.aborted()).toBe(true);
    await vi.advanceTimersByTimeAsync(10 * idleBeforeDoses);
    expect(doses).toHaveLength(1);
    asked.at(-1)!.finish(['c', 'c']);
    await settle();
    await vi.advanceTimersByTimeAsync(idleBeforeDoses);
    expect(doses).toHaveLength(2);
    expect(doses[1]!.aborted()).toBe(false);
  });

  it('stay while the main slider moves, and are known where one comes back', async () => {
    const { session, asked, doses } = await answered();
    await vi.advanceTimersByTimeAsync(idleBeforeDoses);
    await finishBoth(doses);
    session.goToDose(2);
    await settle();
    expect(session.stores.steering.getState().groups[0]!.factor).toBe(2);
    expect(session.stores.dose.getState()).toMatchObject({ status: 'done' });
    asked.at(-1)!.finish(['c', 'c']);
    await settle();
    session.setMuted('0:1', true);
    await settle();
    expect(session.stores.dose.getState()).toMatchObject({ status: 'waiting', points: [] });
    session.undo();
    await settle();
    expect(session.stores.dose.getState().points).toHaveLength(9);
    asked.at(-1)!.finish(['c', 'c']);
    await vi.advanceTimersByTimeAsync(10 * idleBeforeDoses);
    expect(doses).toHaveLength(2);
  });

  it('tell how far they are; stopped, they keep what has come and ask for the rest only', async () => {
    const { session, doses } = await answered();
    const state = session.stores.dose.getState;
    session.showDoses();
    await settle();
    doses[0]!.emit({ stage: 'reading', done: 128, total: 5491 });
    expect(state().progress).toEqual({
      stage: 'reading',
      done: 128,
      total: 5491,
      of: 'group',
      isLong: true,
    });
    session.stopDoses();
    await settle();
    expect(doses[0]!.aborted()).toBe(true);
    expect(state()).toMatchObject({ status: 'waiting', points: [], progress: undefined });

    session.showDoses();
    await settle();
    doses[1]!.finish(['a b', ...texts.filter((_, i) => doseFactors[i] !== 1)]);
    await settle();
    doses[2]!.emit({ stage: 'answering', done: 3, total: 64 });
    expect(state().progress).toMatchObject({ stage: 'answering', done: 3, of: 'control' });
    session.stopDoses();
    await settle();
    expect(state()).toMatchObject({ status: 'waiting', progress: undefined });
    expect(state().points).toHaveLength(9);
    expect(state().points[0]!.control).toBeUndefined();

    session.showDoses();
    await settle();
    expect(state().points).toHaveLength(9);
    expect(doses).toHaveLength(4);
    const neurons = doses.map(({ input }) => input.lanes[1]!.neurons[0]!.neuron);
    expect(neurons[3]).toBe(neurons[2]);
    doses[3]!.finish(['a b', ...texts.filter((_, i) => doseFactors[i] !== 1)]);
    await settle();
    expect(state().status).toBe('done');
    expect(state().points.every(({ control }) => control !== undefined)).toBe(true);
    expect(state().progress).toBeUndefined();
  });

  it('come at once on demand', async () => {
    const { session, doses } = await answered();
    session.showDoses();
    await settle();
    expect(doses).toHaveLength(1);
  });

  it('are none without a group or behind a given start', async () => {
    const { session } = await answered();
    session.whatIf([3]);
    expect(session.stores.dose.getState().status).toBe('none');
    session.whatIf([]);
    expect(session.stores.dose.getState().status).toBe('waiting');
    session.removeGroup('g1');
    expect(session.stores.dose.getState().status).toBe('none');
  });

  it('say where the answer flips', () => {
    const points = (differs: readonly boolean[]): DosePoint[] =>
      doseFactors.map((factor, i) => ({ factor, text: '', differs: differs[i]! }));
    const at = (...factors: number[]) => points(doseFactors.map((factor) => factors.includes(factor)));
    const said = (list: readonly DosePoint[]) => flipSummary(list).replaceAll('\u00a0', ' ');
    expect(said(at())).toBe('The answer stays the same from × 0 to × 3.');
    expect(said(at(0, 0.25, 3))).toBe('The answer changes at × 0.25 and at × 3.');
    expect(said(at(2, 3))).toBe('The answer changes at × 2.');
    expect(flips(at(0, 0.25, 3))).toEqual([0.375, 2.75]);
    expect(flips(at())).toEqual([]);
    const beside = (own: readonly DosePoint[], random: readonly DosePoint[]) =>
      own.map((point, i) => ({ ...point, control: random[i]! }));
    expect(said(beside(at(0), at()))).toBe(
      'The answer changes at × 0. Random neurons do not change it from × 0 to × 3.',
    );
    expect(said(beside(at(), at(0, 2.5)))).toBe(
      'The answer stays the same from × 0 to × 3. Random neurons change it at × 0 and at × 2.5.',
    );
  });
});
