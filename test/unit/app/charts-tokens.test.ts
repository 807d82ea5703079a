import { describe, expect, it } from 'vitest';
import { divergenceMaximum } from '../../../app/charts/divergence.ts';
import { rampPixels } from '../../../app/charts/ramp.ts';
import { bytesLabel, candidateLabel, tokenLabel } from '../../../app/explore/label.ts';
import { orderedNeurons, weightsOf } from '../../../app/explore/neuronOrder.ts';
import { percent } from '../../../app/explore/percent.ts';
import { createDetails } from '../../../app/explore/state/detail.ts';
import { createRunRecord, type LaneIndex, type RunRecord } from '../../../app/explore/state/record.ts';
import { tokenCells } from '../../../app/explore/tokenCells.ts';
import { cellColours, tokenQuantity } from '../../../app/explore/tokenColour.ts';
import { firstSteering } from '../../../src/steering/steering.ts';
import type { DetailIn } from '../../../src/worker/engine-calls.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';

const watched = [
  { layer: 2, neuron: 5 },
  { layer: 0, neuron: 3 },
  { layer: 2, neuron: 1 },
];

/** Three lanes that read a prompt of one token and say three; the value of a neuron is 0.1 * (index + 1) * position. */
function recorded(): RunRecord {
  const record = createRunRecord((flush) => flush());
  const lanes = [0, 1, 2] as const;
  record.begin(
    4,
    lanes.map((lane) => ({ lane, key: 'k' })),
    { layers: 3, bins: 2, watched },
  );
  record.onPrompt({ type: 'prompt', tokens: [{ id: 1, text: 'Hi' }], notice: '' });
  for (const lane of lanes) {
    for (let index = 0; index < 3; index++) {
      const token = { id: 10 + index, text: `t${index}` };
      record.onToken(lane, {
        type: 'token',
        lane,
        index,
        token,
        logprob: -index * (lane + 1),
        entropy: index / 2,
        top: [],
      });
      record.onPosition(lane, {
        type: 'position',
        lane,
        position: index,
        overview: new Float32Array(6).fill(index),
        profile: new Float32Array(3).fill(index),
        watched: Float32Array.from(watched, (_, i) => 0.1 * (i + 1) * index),
      });
    }
  }
  return record;
}

describe('labels of tokens without text', () => {
  it('are their bytes, and a number where the vocabulary tells none', () => {
    expect(bytesLabel({ id: 7, bytes: [0xf0, 0x9f] })).toBe('<0xF0><0x9F>');
    expect(bytesLabel({ id: 7, bytes: [0x0a] })).toBe('<0x0A>');
    expect(bytesLabel({ id: 101 })).toBe('#101');
    expect(candidateLabel({ id: 151700, text: '' })).toEqual({ text: '#151700', mark: true });
    expect(candidateLabel({ id: 5, text: ' \uFFFD' }).text).toBe('·⋯');
  });

  it('do not touch text', () => {
    expect(tokenLabel('Seán pays\n\n  5 €', true).text).toBe('Seán·pays⏎⏎··5·€');
    expect(tokenLabel('\uFFFD', false)).toEqual({ text: '⋯', mark: true });
  });
});

describe('colours of tokens', () => {
  const record = recorded();
  const needs = { record, scorer: undefined, neuron: undefined, series: () => new Float32Array(0) };

  it('come from the answer and its distribution', () => {
    expect(tokenQuantity('none', needs)).toBeUndefined();
    expect(tokenQuantity('score', needs)).toBeUndefined();
    const surprise = tokenQuantity('logprob', needs)!;
    expect([0, 1, 2, 3].map((position) => surprise.value(1, position))).toEqual([undefined, 0, 2, 4]);
    expect(surprise.format(2)).toBe('2.00 nats');
    expect(tokenQuantity('entropy', needs)!.value(0, 3)).toBe(1);
    expect(tokenQuantity('entropy', needs)!.scale.max).toBe(1);
  });

  it('of a steered lane say what the model as trained thinks of its words, once that is known', () => {
    const own = recorded();
    const trained = () => tokenQuantity('trained', { ...needs, record: own })!;
    expect([1, 2, 3].map((position) => trained().value(0, position))).toEqual([0, 1, 2]);
    expect([1, 2, 3].map((position) => trained().value(1, position))).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
    own.onReread(1, Float32Array.of(-0.5, -3, -0.25, -9));
    expect([0, 1, 2, 3].map((position) => trained().value(1, position))).toEqual([undefined, 0.5, 3, 0.25]);
    expect(trained().value(2, 1)).toBeUndefined();
    // The lane's own log-probabilities stay what they were.
    expect(tokenQuantity('logprob', { ...needs, record: own })!.value(1, 2)).toBe(2);
    expect(own.lane(1).current.tokens).toHaveLength(3);
  });

  it('of the divergence are none in the unsteered lane', () => {
    const own = recorded();
    own.onToken(1, { ...own.lane(1).current.tokens[0]!, divergence: 0.5 });
    const quantity = tokenQuantity('divergence', { ...needs, record: own })!;
    expect([0, 1, 2].map((lane) => quantity.value(lane as LaneIndex, 1))).toEqual([
      undefined,
      0.5,
      undefined,
    ]);
  });

  it('come from one neuron, watched or fetched', () => {
    const known = tokenQuantity('neuron', { ...needs, neuron: watched[1]! })!;
    expect(known.value(0, 2)).toBeCloseTo(0.4);
    expect(known.value(0, 3)).toBeUndefined();
    const series = () => Float32Array.of(Number.NaN, 0.5);
    const fetched = tokenQuantity('neuron', { ...needs, neuron: { layer: 1, neuron: 0 }, series })!;
    expect([0, 1, 2].map((position) => fetched.value(0, position))).toEqual([undefined, 0.5, undefined]);
    expect(fetched.scale.max).toBe(0.5);
  });

  it('are drawn only where there is a value', () => {
    const palette = { ramp: rampPixels('light') } as Parameters<typeof cellColours>[2];
    const quantity = tokenQuantity('entropy', needs)!;
    expect(cellColours(quantity, undefined, palette)).toBeUndefined();
    expect(cellColours(quantity, Number.NaN, palette)).toBeUndefined();
    expect(cellColours(quantity, 1, palette)).toMatchObject({ ink: '#fff' });
    expect(cellColours(quantity, 0, palette)).toMatchObject({ ink: '#000' });
  });
});

describe('the order of the token map', () => {
  const record = recorded();
  const members = [{ ...watched[0]!, weight: 0.2 }, watched[1]!, { ...watched[2]!, weight: 0.9 }];
  const weights = weightsOf({
    ...firstSteering,
    groups: [{ id: 'g1', name: 'set', kind: 'set', members, factor: 1, on: true }],
  });

  it.each([
    ['given', [0, 1, 2]],
    ['layer', [1, 2, 0]],
    ['weight', [2, 0, 1]],
    ['value', [2, 1, 0]],
  ] as const)('%s', (order, expected) => {
    expect(orderedNeurons(record, order, weights)).toEqual(expected);
  });

  it('is that of the cells', () => {
    const cells = tokenCells(record, 1, 3, [2, 0]);
    expect(cells).toMatchObject({ neurons: 2, columns: 2 });
    expect([...cells.values.subarray(0, 2)].map((v) => Number(v.toFixed(3)))).toEqual([0.3, 0.6]);
    expect([...cells.values.subarray(6, 8)].map((v) => Number(v.toFixed(3)))).toEqual([0.1, 0.2]);
  });
});

describe('divergence', () => {
  it('has an axis that shows rounding as nothing', () => {
    expect(divergenceMaximum([Float32Array.of(Number.NaN, 1e-6)])).toBe(0.1);
    expect(divergenceMaximum([Float32Array.of(3.2, Infinity), new Float32Array(0)])).toBe(4);
    expect(divergenceMaximum([])).toBe(0.1);
  });
});

describe('probabilities in words', () => {
  it('are short', () => {
    expect([1, 0.9996, 0.87, 0.034, 0.0004, 0].map(percent)).toEqual([
      '100 %',
      '100 %',
      '87 %',
      '3.4 %',
      '< 0.1 %',
      '< 0.1 %',
    ]);
  });
});

describe('details of a run', () => {
  const layout = { widths: [2, 2, 8], offsets: [0, 2, 4], total: 12 };

  function worker(
    answer: (input: DetailIn) => Float32Array = ({ start, end }) =>
      Float32Array.from({ length: end - start }, (_, i) => start + i),
  ) {
    const asked: DetailIn[] = [];
    const client = {
      call: async (_: string, input: DetailIn) => {
        asked.push(input);
        return { cett: answer(input) };
      },
    } as unknown as EngineClient;
    const details = createDetails(client, recorded(), () => layout);
    const settled = () =>
      new Promise<void>((resolve) => {
        const stop = details.subscribe(() => {
          stop();
          resolve();
        });
      });
    return { asked, details, settled };
  }

  it('come once for a position that was read', async () => {
    const { asked, details, settled } = worker();
    expect(details.all({ lane: 1, position: 2 })).toBeUndefined();
    const done = settled();
    details.want([
      { lane: 1, position: 2 },
      { lane: 1, position: 7 },
    ]);
    await done;
    expect(asked).toEqual([{ run: 4, lane: 1, position: 2, start: 0, end: 12 }]);
    expect(details.all({ lane: 1, position: 2 })).toHaveLength(12);
    details.want([{ lane: 1, position: 2 }]);
    expect(asked).toHaveLength(1);
  });

  it('are none where the worker dropped them, and are not asked for again', async () => {
    const { asked, details, settled } = worker(() => new Float32Array(0));
    const done = settled();
    details.want([{ lane: 0, position: 1 }]);
    await done;
    expect(details.all({ lane: 0, position: 1 })).toBeUndefined();
    details.want([{ lane: 0, position: 1 }]);
    expect(asked).toHaveLength(1);
  });

  it('follow one neuron over a lane', async () => {
    const { asked, details, settled } = worker();
    const neuron = { layer: 2, neuron: 3 };
    expect([...details.series(neuron, 1)]).toEqual([Number.NaN, Number.NaN, Number.NaN]);
    const done = settled();
    details.wantSeries(neuron, [1]);
    await done;
    expect(asked.map(({ position, start, end }) => [position, start, end])).toEqual([
      [0, 7, 8],
      [1, 7, 8],
      [2, 7, 8],
    ]);
    expect([...details.series(neuron, 1)]).toEqual([7, 7, 7]);
    details.wantSeries(neuron, [1]);
    expect(asked).toHaveLength(3);
  });
});
