import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attr, node } from '../../../../src/graph/onnx/builders.ts';
import { detectDownProjections } from '../../../../src/graph/onnx/down-projections.ts';
import { externalLocation } from '../../../../src/graph/onnx/external-location.ts';
import { instrument } from '../../../../src/graph/onnx/instrument.ts';
import { decodeModel } from '../../../../src/graph/onnx/model.ts';
import { roundingError } from '../../../../src/graph/onnx/rounding-error.ts';
import { weightSignature } from '../../../../src/neurons/signature.ts';
import { type Drift, driftBetween } from '../../../../src/studies/origins/drift.ts';
import { identityOf } from '../../../../src/studies/origins/identity.ts';
import { layerModules } from '../../../../src/studies/origins/onnx-modules.ts';
import { withMlp } from '../../../../src/studies/origins/terminal/mlp-file.ts';
import { readFixture, supportedFixtures } from '../../../support/onnx-fixtures.ts';
import { integers, matrix, push, sizes, tinyModel } from '../../../support/onnx-graphs.ts';
import { turn } from '../../../support/tiny-mlp-pair.ts';

const root = 'test/fixtures/onnx';
const fused = `${root}/llama/genai-fp32-fused-gate-up`;
const width = 160;
const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

const driftOf = (base: string, instruct: string): Promise<Drift> =>
  withMlp(base, (a) => withMlp(instruct, (b) => driftBetween(a, b)));
const largest = ({ modules }: Drift) =>
  modules.reduce((most, { distance }) => Math.max(most, ...distance), 0);

describe('exports of the same weights', () => {
  it.each([
    ['two data files, gate and up apart', 'optimum-external-data-2files', 1e-12],
    ['all in one file', 'dynamo-fp32', 1e-12],
    ['8-bit integers', 'tjs-q8', 1e-3],
    ['blocks of 4 bits', 'genai-int4-asym', 0.02],
    ['4 bits behind DequantizeLinear', 'genai-int4-qdq', 0.02],
    ['NF4', 'tjs-bnb4', 0.02],
  ])('have no drift but rounding: %s', async (_what, variant, most) => {
    const drift = await driftOf(fused, `${root}/llama/${variant}`);
    expect(drift.modules.map(({ module }) => module)).toEqual(['gate', 'up', 'down']);
    expect(drift.score).toHaveLength(2 * width);
    expect(largest(drift)).toBeLessThan(most);
    if (most > 1e-6) expect(largest(drift)).toBeGreaterThan(1e-6);
  });

  it.each(['genai-fp32-fused-gate-up', 'genai-int4-asym', 'genai-int4-qdq', 'tjs-q8', 'tjs-bnb4'])(
    'have the signature of the loaded model: %s',
    async (variant) => {
      const path = `${root}/llama/${variant}`;
      const found = await withMlp(path, async (weights) =>
        identityOf(weights, (await driftBetween(weights, weights)).columnNorms.base),
      );
      const { bytes, external } = readFixture(path);
      const { layers } = instrument(bytes, external).graph;
      const norms = layers.map(({ columnNorms }) => columnNorms);
      const expected = weightSignature(layers, roundingError(decodeModel(bytes), norms, external));
      expect(found.signature).toEqual(expected);
    },
  );

  it('are refused beside another family', async () => {
    await expect(driftOf(fused, `${root}/gpt2/optimum-fp32`)).rejects.toThrow(
      /genai-fp32-fused-gate-up and optimum-fp32 cannot be compared/,
    );
    await expect(driftOf(fused, `${root}/gemma2/genai-int4`)).rejects.toMatchObject({ code: 'bad-input' });
  });
});

describe('an export of which neurons were turned by known angles', () => {
  const turned = new Map([
    [7, 0.25],
    [width + 3, 0.4],
    [width + 159, 0.6],
  ]);

  it('has the drift of these, in a product for gate and up together', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'origins-'));
    folders.push(folder);
    const copy = join(folder, 'instruct');
    cpSync(fused, copy, { recursive: true });
    cpSync(`${root}/llama/config.json`, join(folder, 'config.json'));
    const detection = detectDownProjections(decodeModel(readFixture(fused).bytes));
    const data = new Uint8Array(readFileSync(join(fused, 'model.onnx.data')));
    for (const [index, angle] of turned) {
      const layer = detection.layers[Math.floor(index / width)]!;
      const neuron = index % width;
      const modules = layerModules(detection, layer);
      for (const [name, { projection, from }] of Object.entries(modules)) {
        const place = externalLocation(projection.weight.tensor)!;
        const { inputs, outputs } = projection;
        const values = new Float32Array(data.buffer, place.offset, inputs * outputs);
        const places =
          name === 'down'
            ? Array.from({ length: outputs }, (_, column) => neuron * outputs + column)
            : Array.from({ length: inputs }, (_, row) => row * outputs + from + neuron);
        turn(values, places, angle, index);
      }
    }
    writeFileSync(join(copy, 'model.onnx.data'), data);
    const drift = await driftOf(fused, copy);
    for (const { distance } of drift.modules)
      distance.forEach((value, index) => {
        const angle = turned.get(index);
        expect(Math.abs(value - (angle === undefined ? 0 : 1 - Math.cos(angle)))).toBeLessThan(1e-6);
      });
    // Against an export that stores every matrix in another file, and none fused.
    const other = await driftOf(`${root}/llama/dynamo-fp32`, copy);
    expect(Math.abs(largest(other) - (1 - Math.cos(0.6)))).toBeLessThan(1e-6);
  });
});

describe('the projections of an MLP', () => {
  it.each(supportedFixtures())('%s are found by what they do', (fixture) => {
    const detection = detectDownProjections(decodeModel(readFixture(`${root}/${fixture}`).bytes));
    for (const layer of detection.layers) {
      const modules = layerModules(detection, layer);
      const ungated = /^(gpt2|opt|phi|falcon|nemotron)\//.test(fixture);
      expect(Object.keys(modules).sort()).toEqual(ungated ? ['down', 'up'] : ['down', 'gate', 'up']);
      for (const [module, { projection }] of Object.entries(modules)) {
        // Exports that keep the modules' names tell whether these are right.
        const { name } = projection.weight.tensor;
        if (/(gate|up|down)_proj/.test(name)) expect(name).toMatch(new RegExp(`${module}_|_${module}_`));
      }
    }
  });

  const { hidden, width: neurons } = sizes;
  const gated = (
    build: (parts: Parameters<Parameters<typeof tinyModel>[0]>[0], n: (part: string) => string) => void,
  ) =>
    tinyModel((parts, stream) => {
      const n = (part: string) => `l0.${part}`;
      push(parts, node('MatMul', [stream, matrix(parts, n('both'), hidden, 2 * neurons)], [n('product')]));
      build(parts, n);
      push(
        parts,
        node('MatMul', [n('z'), matrix(parts, n('wdown'), neurons, hidden)], [n('down')]),
        node('Add', [stream, n('down')], [n('stream')]),
      );
      return n('stream');
    });

  it('up before gate, taken apart by slices', () => {
    const detection = detectDownProjections(
      gated((parts, n) => {
        const slice = (from: number, to: number, name: string) =>
          node(
            'Slice',
            [n('product'), ...[from, to, 2].map((at) => integers(parts, n(`${name}.${at}`), [at]))],
            [n(name)],
          );
        push(
          parts,
          slice(0, neurons, 'up'),
          slice(neurons, 2 * neurons, 'gate'),
          node('Sigmoid', [n('gate')], [n('sigmoid')]),
          node('Mul', [n('gate'), n('sigmoid')], [n('silu')]),
          node('Mul', [n('silu'), n('up')], [n('z')]),
        );
      }),
    );
    expect(layerModules(detection, detection.layers[0]!)).toMatchObject({
      up: { from: 0 },
      gate: { from: neurons },
    });
  });

  it('that cannot be told apart are refused', () => {
    const detection = detectDownProjections(
      gated((parts, n) => {
        push(
          parts,
          node('Split', [n('product')], [n('a'), n('b')], { axis: attr.int(-1), num_outputs: attr.int(2) }),
          node('Mul', [n('a'), n('b')], [n('z')]),
        );
      }),
    );
    expect(() => layerModules(detection, detection.layers[0]!)).toThrow(/cannot be told apart/);
  });
});
