import { describe, expect, it } from 'vitest';
import { numberToFloat16 } from '../../../../src/lib/bytes/half.ts';
import { createRandom } from '../../../../src/lib/math/random.ts';
import { formatNeuronSet, parseNeuronSet } from '../../../../src/neurons/set-file.ts';
import type { DetectorId } from '../../../../src/studies/identify/detectors/registry.ts';
import { evaluateSet } from '../../../../src/studies/identify/evaluate.ts';
import { FEATURE_VECTORS } from '../../../../src/studies/identify/features.ts';
import { type LearnOptions, learnSet } from '../../../../src/studies/identify/learn.ts';
import type { RunData } from '../../../../src/studies/identify/material.ts';
import type { QuestionRecord, RunManifest } from '../../../../src/studies/identify/records.ts';
import { SAMPLE_DEFAULTS } from '../../../../src/studies/identify/sample.ts';
import type { VerdictRow } from '../../../../src/studies/identify/verdict.ts';
import { verdictSentence, warningsOf } from '../../../../src/studies/report-text/verdict.ts';

const widths = [30, 30];
const total = 60;
/** Neurons that take a larger part in made-up answers, and one that takes a smaller. */
const planted = [
  { layer: 0, neuron: 7 },
  { layer: 1, neuron: 20 },
];
const against = 40;

const manifest: RunManifest = {
  format: 'h-neuron-run',
  version: 1,
  model: { name: 'Test', architecture: 'llama', fingerprint: 'abc', widths, precision: '', device: 'native' },
  questions: { name: 'Questions', count: 240, hash: '1', licences: ['MIT'] },
  settings: { ...SAMPLE_DEFAULTS, agree: 8 },
  shard: { index: 0, count: 1 },
  vectors: FEATURE_VECTORS,
};

/** A run of made-up values: `effect` is how far the planted neurons differ; log-probabilities tell a little. */
function makeRun(
  seed: number,
  { effect = 3, count = 240, prefix = 'q', status = (i: number) => i % 2 === 0 } = {},
): RunData {
  const random = createRandom(seed);
  const isRight: boolean[] = [];
  const records = Array.from({ length: count }, (_, i): QuestionRecord => {
    const right = status(i);
    isRight.push(right);
    const fact = `${i % 5}/${Math.floor(i / 15)}`;
    return {
      index: i,
      question: {
        id: `${prefix}${i}`,
        fact: `${prefix} fact ${fact}`,
        question: `${prefix} question ${i} of ${Math.floor(random() * 50)}?`,
        answers: [`${prefix} answer ${fact}`],
        relation: `relation ${i % 5}`,
        source: 'own',
      },
      status: right ? 'right' : 'wrong',
      replies: [
        {
          ids: [1, 2],
          logprobs: [-random() - (right ? 0 : 0.3), -random()],
          text: 'a b',
          finish: 'stop',
          verdict: right ? 'right' : 'wrong',
        },
      ],
      firstEntropy: random(),
      representative: 0,
      answer: { tokens: [0, 1], kind: 'accepted' },
      row: i,
    };
  });
  const values = records.map((_, i) =>
    Float32Array.from({ length: total }, (_, j) => {
      const isPlanted = planted.some(({ layer, neuron }) => layer * widths[0]! + neuron === j);
      const shift = isRight[i] === (j === against) && (isPlanted || j === against) ? effect : 0;
      return random() + random() * 0.3 + shift * 0.3 * random();
    }),
  );
  return {
    manifest,
    records,
    async features(row) {
      const bits = new Uint16Array(FEATURE_VECTORS.length * total);
      values[row]!.forEach((value, j) => {
        bits[j] = numberToFloat16(value);
      });
      return bits;
    },
  };
}

const options: LearnOptions = {
  labels: '1-vs-1',
  name: 'Test set',
  feature: { aggregation: 'mean', position: 'read' },
  C: 'auto',
  splitBy: 'answer',
  seed: 1,
  draws: 20,
  created: '2025-01-31',
  command: 'test',
};

const areaOf = (rows: readonly VerdictRow[], id: DetectorId) => rows.find((row) => row.id === id)!.auroc;

describe('learning a set', () => {
  it('finds the neurons that differ, and tests them on questions that share nothing with those learnt from', async () => {
    const run = makeRun(1);
    const { set, verdict, path, C } = await learnSet(run, options);
    expect(path.map((point) => point.C)).toContain(C);
    const named = set.neurons.map(({ layer, neuron }) => `${layer}:${neuron}`);
    expect(named).toEqual(expect.arrayContaining(['0:7', '1:20']));
    expect(named).not.toContain('1:10');
    expect(set.neurons.every(({ weight = 0 }) => weight > 0)).toBe(true);
    const strongest = [...set.neurons].sort((a, b) => b.weight! - a.weight!).slice(0, 2);
    expect(strongest.map(({ layer }) => layer).sort()).toEqual([0, 1]);

    const heldOut = new Set(set.provenance.heldOut);
    const facts = (out: boolean) =>
      run.records
        .filter(({ question }) => heldOut.has(question.id) === out)
        .map(({ question }) => question.fact);
    const tested = new Set(facts(true));
    expect(tested.size).toBeGreaterThan(10);
    expect(facts(false).filter((fact) => tested.has(fact))).toEqual([]);

    expect(areaOf(verdict.rows, 'h-neurons').value).toBeGreaterThan(0.85);
    expect(areaOf(verdict.rows, 'h-neurons').low).toBeLessThan(areaOf(verdict.rows, 'h-neurons').value);
    expect(areaOf(verdict.rows, 'shuffled-labels').value).toBeLessThan(0.7);
    expect(areaOf(verdict.rows, 'random-neurons').value).toBeLessThan(0.8);
    expect(verdict.randomAtLeast).toBeLessThan(0.2);
    expect(verdictSentence(verdict)).toMatch(/better than the mean log-probability/);
    expect(set.provenance.notes).toBe(verdictSentence(verdict));
    expect(parseNeuronSet(formatNeuronSet(set)).provenance.heldOut).toEqual(set.provenance.heldOut);
  });

  it('gives the same set again, and another split at another seed', async () => {
    const first = await learnSet(makeRun(1), { ...options, C: 2 });
    const again = await learnSet(makeRun(1), { ...options, C: 2 });
    expect(again).toEqual(first);
    const other = await learnSet(makeRun(1), { ...options, C: 2, seed: 2 });
    expect(other.set.provenance.heldOut).not.toEqual(first.set.provenance.heldOut);
  });

  it('keeps relations apart where asked to', async () => {
    const run = makeRun(1);
    const { set } = await learnSet(run, { ...options, C: 2, splitBy: 'relation' });
    const heldOut = new Set(set.provenance.heldOut);
    const relations = (out: boolean) =>
      run.records
        .filter(({ question }) => heldOut.has(question.id) === out)
        .map(({ question }) => question.relation);
    const tested = new Set(relations(true));
    expect(tested.size).toBeGreaterThan(0);
    const balanced = run.records.length / 5;
    expect(
      [...tested].every(
        (relation) => relations(true).filter((each) => each === relation).length > balanced * 0.9,
      ),
    ).toBe(true);
  });

  it('measures accuracy, curves, calibration and how stable the choice is on the same answers held out', async () => {
    const { verdict, roc, calibration, stability, set } = await learnSet(makeRun(1), { ...options, C: 2 });
    for (const { id, accuracy } of verdict.rows) {
      expect(accuracy?.low, id).toBeLessThanOrEqual(accuracy!.value);
      expect(accuracy?.high, id).toBeGreaterThanOrEqual(accuracy!.value);
    }
    const accuracyOf = (id: DetectorId) => verdict.rows.find((row) => row.id === id)!.accuracy!.value;
    expect(accuracyOf('h-neurons')).toBeGreaterThan(0.75);
    expect(accuracyOf('answer-length')).toBeCloseTo(0.5, 1);
    expect(accuracyOf('shuffled-labels')).toBeLessThan(0.65);

    expect(roc.map(({ id }) => id)).toEqual([
      'h-neurons',
      'mean-logprob',
      'all-neurons-l2',
      'h-neurons-and-mean-logprob',
    ]);
    for (const { id, points } of roc) {
      let area = 0;
      for (let i = 1; i < points.length; i++)
        area +=
          ((points[i]!.falsePositiveRate - points[i - 1]!.falsePositiveRate) *
            (points[i]!.truePositiveRate + points[i - 1]!.truePositiveRate)) /
          2;
      expect(area, id).toBeCloseTo(areaOf(verdict.rows, id).value, 9);
    }
    expect(calibration.bins.reduce((sum, { count }) => sum + count, 0)).toBe(verdict.right + verdict.madeUp);

    const shareOf = ({ layer, neuron }: { layer: number; neuron: number }) =>
      stability.neurons.find((each) => each.layer === layer && each.neuron === neuron)?.share ?? 0;
    for (const each of planted) expect(shareOf(each)).toBeGreaterThan(0.9);
    expect(stability.neurons.filter(({ inSet }) => inSet)).toHaveLength(set.neurons.length);
    const shares = stability.neurons.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => b - a));
  });

  it('tests what one group of relations teaches on the others', async () => {
    const { transfer } = await learnSet(makeRun(1), { ...options, C: 2 });
    expect(transfer.groups.map(({ name, answers }) => [name, answers])).toEqual([
      ['relation 0', 48],
      ['relation 1', 48],
      ['relation 2', 48],
      ['relation 3', 48],
      ['relation 4', 48],
    ]);
    const off = transfer.auroc.flatMap((row, g) => row.filter((_, other) => other !== g));
    expect(off).toHaveLength(20);
    expect(Math.min(...off.map((value) => value ?? 0))).toBeGreaterThan(0.7);
    const own = transfer.auroc.map((row, g) => row[g] ?? 0);
    expect(own.reduce((sum, value) => sum + value, 0) / own.length).toBeGreaterThan(0.7);
  });

  it('does not test on another relation what it has learnt as the same fact', async () => {
    const plain = makeRun(1);
    // Every second fact of relation 1 is one of relation 0 in other words.
    const records = plain.records.map((record, i) => {
      const { question } = record;
      if (i % 5 !== 1 || Math.floor(i / 15) % 2 === 1) return record;
      return { ...record, question: { ...question, fact: question.fact.replace('1/', '0/') } };
    });
    const shared = records.filter(({ question }, i) => i % 5 === 1 && question.fact.includes('0/'));
    expect(shared.length).toBeGreaterThan(10);
    // Were they tested on, these rows would turn the result round.
    const rows = new Set(shared.map(({ row }) => row));
    const run: RunData = {
      ...plain,
      records,
      async features(row) {
        const bits = (await plain.features(row)).slice();
        const value = records[row]!.status === 'right' ? 9 : 0;
        if (rows.has(row)) for (const j of [7, 50]) bits[j] = numberToFloat16(value);
        return bits;
      },
    };
    const { transfer } = await learnSet(run, { ...options, C: 2 });
    const place = (name: string) => transfer.groups.findIndex((group) => group.name === name);
    expect(transfer.auroc[place('relation 0')]?.[place('relation 1')]).toBeGreaterThan(0.7);
    expect(transfer.auroc[place('relation 2')]?.[place('relation 1')]).toBeLessThan(0.6);
  });

  it('learns the other tokens of a reply as not made up for labels 3-vs-1', async () => {
    const plain = makeRun(1);
    const records = plain.records.map((record) => ({
      ...record,
      answer: { tokens: [0], kind: 'accepted' as const },
    }));
    const rest = FEATURE_VECTORS.indexOf('rest-read-mean') * total;
    const run = (restValue: (value: number, j: number) => number): RunData => ({
      ...plain,
      records,
      async features(row) {
        const bits = (await plain.features(row)).slice();
        for (let j = 0; j < total; j++) bits[rest + j] = numberToFloat16(restValue(0.6 + 0.01 * j, j));
        return bits;
      },
    });
    const weightOf = async (data: RunData, labels: LearnOptions['labels']) => {
      const { set, trained, verdict } = await learnSet(data, { ...options, C: 2, labels });
      expect(trained + verdict.right + verdict.madeUp).toBe(240);
      return set.neurons.find(({ layer, neuron }) => layer === 0 && neuron === 7)?.weight ?? 0;
    };
    const quiet = run((value) => value);
    const active = run((value, j) => (j === 7 ? 2 : value));
    expect(await weightOf(quiet, '1-vs-1')).toBe(await weightOf(active, '1-vs-1'));
    // A neuron that is as active away from the answers does not tell of made-up answers.
    expect(await weightOf(active, '3-vs-1')).toBeLessThan(await weightOf(quiet, '3-vs-1'));
  });

  it('says what a reader should know of the fit', async () => {
    const plain = makeRun(1);
    const damaged: RunData = {
      ...plain,
      async features(row) {
        const bits = (await plain.features(row)).slice();
        bits[3] = numberToFloat16(0);
        if (row === 10) bits[4] = numberToFloat16(Number.NaN);
        bits[5] = numberToFloat16(plain.records[row]?.status === 'right' ? 0.1 : 0.9);
        return bits;
      },
    };
    const finding = await learnSet(damaged, { ...options, C: 2 });
    const { set } = finding;
    const former = expect.stringMatching(/^The run carries the identity of before/);
    expect(finding.fit).toEqual({ separable: true, converged: true, constant: 1, notFinite: 1 });
    expect(warningsOf(finding)).toEqual([
      former,
      expect.stringMatching(/^Some neurons tell all answers learnt from apart/),
      '1 neuron has values that are not numbers and got weight 0.',
      '1 neuron had the same activation in every answer and got weight 0.',
    ]);
    const named = set.neurons.map(({ layer, neuron }) => `${layer}:${neuron}`);
    expect(named).toContain('0:5');
    expect(named).not.toContain('0:3');
    expect(named).not.toContain('0:4');
    const noEffect = makeRun(3, { effect: 0 });
    expect(warningsOf(await learnSet(noEffect, { ...options, C: 0.5 }))).toEqual([former]);
    const hash = 'a'.repeat(32);
    const identity = { weights: hash, computation: hash, tokenizer: hash, template: hash };
    const identified = { ...noEffect, manifest: { ...manifest, model: { ...manifest.model, identity } } };
    const learnt = await learnSet(identified, { ...options, C: 0.5 });
    expect(warningsOf(learnt)).toEqual([]);
    expect(learnt.set.model.identity).toEqual(identity);
  });

  it("goes by a person's labels", async () => {
    const plain = makeRun(1);
    const corrections = plain.records
      .slice(0, 60)
      .map(({ index }) => ({ index, label: 'left-out' as const }));
    const { verdict, trained } = await learnSet({ ...plain, corrections }, { ...options, C: 2 });
    expect(trained + verdict.right + verdict.madeUp).toBe(180);
    const turned = plain.records.map(({ index, status }) => ({
      index,
      label: status === 'right' ? ('wrong' as const) : ('right' as const),
    }));
    const { set } = await learnSet({ ...plain, corrections: turned }, { ...options, C: 2 });
    const named = set.neurons.map(({ layer, neuron }) => `${layer}:${neuron}`);
    expect(named).toContain('1:10');
    expect(named).not.toContain('0:7');
  });

  it('says so where nothing is there to be found', async () => {
    const { verdict } = await learnSet(makeRun(3, { effect: 0 }), { ...options, C: 5 });
    expect(areaOf(verdict.rows, 'h-neurons').low).toBeLessThan(0.5);
    expect(verdictSentence(verdict)).toMatch(/not shown to be better than guessing/);
  });

  it('refuses to take maxima for labels 3-vs-1, since the other tokens are kept as means', async () => {
    const feature = { aggregation: 'max', position: 'read' } as const;
    await expect(learnSet(makeRun(1), { ...options, feature, labels: '3-vs-1' })).rejects.toThrow(
      /choose the mean, or labels 1-vs-1/,
    );
  });

  it('keeps few relations apart as well, and says what to do where there are too few', async () => {
    const withRelations = (count: number): RunData => {
      const run = makeRun(1);
      const records = run.records.map((record, i) => ({
        ...record,
        question: { ...record.question, fact: `fact ${i}`, relation: `relation ${(i >> 1) % count}` },
      }));
      return { ...run, records };
    };
    const apart: LearnOptions = { ...options, splitBy: 'relation', draws: 2 };
    const { verdict, trained } = await learnSet(withRelations(3), apart);
    expect([trained, verdict.right, verdict.madeUp]).toEqual([160, 40, 40]);
    await expect(learnSet(withRelations(2), apart)).rejects.toThrow(
      /too few relations that share no fact \(2\) .* split by answer/,
    );
  });

  it('refuses a run of one class, and names what is missing', async () => {
    const learnt = (status: (i: number) => boolean, count = 240) =>
      learnSet(makeRun(1, { status, count }), options);
    await expect(learnt(() => false)).rejects.toThrow(/no consistently right answer/);
    await expect(learnt(() => true, 6)).rejects.toThrow(/no consistently made-up answer/);
    await expect(learnt(() => true, 0)).rejects.toThrow(/no consistently right or made-up answer/);
    await expect(learnt((i) => i % 5 < 2)).rejects.toThrow(
      /No relation of the run has both right and made-up/,
    );
    await expect(learnt((i) => i % 2 === 0, 12)).rejects.toThrow(
      /too few rows of the class "(right|made up)"/,
    );
  });
});

describe('evaluating a set', () => {
  it('tests on the questions held out, with the result of the fit', async () => {
    const run = makeRun(1);
    const { set, verdict } = await learnSet(run, { ...options, C: 2 });
    const evaluation = await evaluateSet(set, run, { seed: 1, draws: 20 });
    expect(evaluation).toMatchObject({ heldOutOnly: true, answers: set.provenance.heldOut!.length });
    expect(areaOf(evaluation.verdict!.rows, 'h-neurons').value).toBeCloseTo(
      areaOf(verdict.rows, 'h-neurons').value,
      10,
    );
  });

  it('keeps the relations held out from other detectors, too, where relations were split', async () => {
    const plain = makeRun(1);
    // Twice as many right answers as made-up ones, so that some are neither learnt from nor named as held out.
    const records = plain.records.filter(({ status }, i) => status === 'right' || i % 4 === 1);
    const run = { ...plain, records };
    const { set, verdict } = await learnSet(run, { ...options, C: 2, splitBy: 'relation', draws: 2 });
    const evaluation = await evaluateSet(set, run, { seed: 1, draws: 2 });
    const wordsOf = (rows: readonly VerdictRow[]) => areaOf(rows, 'question-words');
    // Words of relations that were not learnt from: as good as the fit says, with the same groups resampled.
    expect(areaOf(evaluation.verdict!.rows, 'h-neurons')).toEqual(areaOf(verdict.rows, 'h-neurons'));
    expect(wordsOf(evaluation.verdict!.rows).value).toBeCloseTo(wordsOf(verdict.rows).value, 1);
  });

  it('tests on all of another run, with detectors that need learning only where there is a run to learn from', async () => {
    const run = makeRun(1);
    const { set } = await learnSet(run, { ...options, C: 2 });
    const other = makeRun(9, { prefix: 'other', count: 100 });
    const bare = await evaluateSet(set, other, { seed: 1, draws: 20 });
    expect(bare).toMatchObject({ heldOutOnly: false, answers: 100 });
    expect(bare.verdict!.rows.map(({ id }) => id)).not.toContain('question-words');
    const full = await evaluateSet(set, other, { seed: 1, draws: 20, trainRun: run });
    expect(full.verdict!.rows.map(({ id }) => id)).toContain('question-words');
    expect(areaOf(full.verdict!.rows, 'h-neurons')).toEqual(areaOf(bare.verdict!.rows, 'h-neurons'));
    expect(areaOf(full.verdict!.rows, 'h-neurons').value).toBeGreaterThan(0.8);
  });

  it('says how many invented answers it calls made up', async () => {
    const { set } = await learnSet(makeRun(1), { ...options, C: 2 });
    const invented = makeRun(9, { prefix: 'other', count: 50, status: () => false });
    const { verdict, calledMadeUp } = await evaluateSet(set, invented, { seed: 1, draws: 20 });
    expect(verdict).toBeUndefined();
    expect(calledMadeUp).toBeGreaterThan(0.6);
  });

  it('refuses a run of other weights, and a set without a classifier', async () => {
    const run = makeRun(1);
    const { set } = await learnSet(run, { ...options, C: 2 });
    const model = { ...manifest.model, fingerprint: 'other' };
    const foreign = { ...run, manifest: { ...manifest, model } };
    await expect(evaluateSet(set, foreign, { seed: 1, draws: 1 })).rejects.toThrow(/other weights/);
    await expect(evaluateSet({ ...set, intercept: undefined }, run, { seed: 1, draws: 1 })).rejects.toThrow(
      /no classifier/,
    );
  });
});

describe('the sentence', () => {
  const row = (id: DetectorId, value: number, gain?: number): VerdictRow => ({
    id,
    auroc: { value, low: value - 0.05, high: value + 0.05 },
    ...(gain === undefined ? {} : { gain: { value: gain, low: gain - 0.05, high: gain + 0.05 } }),
  });

  it.each([
    [0.2, /, better than the mean/],
    [0, /not distinguishably better or worse/],
    [-0.2, /, worse than the mean/],
  ])('says plainly how the set compares at a gain of %d', (gain, expected) => {
    const rows = [row('h-neurons', 0.7, gain), row('mean-logprob', 0.7 - gain)];
    expect(verdictSentence({ rows, right: 30, madeUp: 30, randomAtLeast: 0.4 })).toMatch(expected);
    expect(verdictSentence({ rows, right: 30, madeUp: 30, randomAtLeast: 0.4 })).toMatch(
      /40 % of the sets of random neurons/,
    );
  });

  it.each([
    [1, 0, 'One answer is too few to say; at least 20 are needed.'],
    [12, 7, '19 answers are too few to say; at least 20 are needed.'],
    [60, 4, '60 right and 4 made-up answers are too few to say; at least 5 of each kind are needed.'],
  ])('says nothing of %d right and %d made-up answers', (right, madeUp, sentence) => {
    const rows = [row('h-neurons', 1, 0.5), row('mean-logprob', 0.5)];
    expect(verdictSentence({ rows, right, madeUp, randomAtLeast: 0 })).toBe(sentence);
  });
});
