import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { detectDownProjections } from '../../../src/graph/onnx/down-projections.ts';
import { decodeModel } from '../../../src/graph/onnx/model.ts';
import { normGains } from '../../../src/graph/onnx/norm-gains.ts';
import { roundingError } from '../../../src/graph/onnx/rounding-error.ts';
import { columnNorms } from '../../../src/graph/onnx/weights.ts';
import { parseNeuronSet } from '../../../src/neurons/set-file.ts';
import { checkSetModel, matchModels } from '../../../src/neurons/set-model.ts';
import { compareSignatures, type WeightSignature, weightSignature } from '../../../src/neurons/signature.ts';
import { DEFAULT_MODEL, openLanguageModel } from '../../../src/node/open-model.ts';
import { readFixture, supportedFixtures } from '../../support/onnx-fixtures.ts';

interface Export {
  readonly path: string;
  readonly family: string;
  readonly widths: string;
  readonly signature: WeightSignature;
}

const exports: Export[] = supportedFixtures().map((path) => {
  const { bytes, external } = readFixture(`test/fixtures/onnx/${path}`);
  const model = decodeModel(bytes);
  const layers = detectDownProjections(model).layers.map(({ projection, hidden, width }) => ({
    hidden,
    width,
    columnNorms: columnNorms(projection, external),
  }));
  const error = roundingError(
    model,
    layers.map((layer) => layer.columnNorms),
    external,
  );
  return {
    path,
    family: path.split('/')[0],
    widths: layers.map(({ width }) => width).join(),
    signature: weightSignature(layers, error, normGains(model, external)),
  };
});

function pairs(of: (a: Export, b: Export) => boolean) {
  return exports.flatMap((a, i) =>
    exports
      .slice(i + 1)
      .filter((b) => a.widths === b.widths && of(a, b))
      .map((b) => ({ name: `${a.path} ${b.path}`, ...compareSignatures(a.signature, b.signature)! })),
  );
}

describe('signatures of exports', () => {
  test('in float32, 8 bits by tensor and 4 bits in blocks of one checkpoint are explained by rounding', () => {
    const same = pairs((a, b) => a.family === b.family);
    expect(same.length).toBeGreaterThan(12);
    for (const { name, found, explained, gains } of same) {
      expect(found, name).toBeLessThan(0.6 * explained);
      expect(gains, name).toBeUndefined();
    }
  });

  test('of other checkpoints of the same shape are not', () => {
    const other = pairs((a, b) => a.family !== b.family);
    expect(other.length).toBeGreaterThan(5);
    for (const { name, found, explained, gains } of other) {
      expect(found, name).toBeGreaterThan(1.8 * explained);
      expect(gains, name).toBeGreaterThan(0.05);
    }
  });

  test('hold the gains of the norms before the MLPs', () => {
    for (const { path, signature } of exports)
      expect(signature.gains?.split(' ').length, path).toBeGreaterThan(60);
  });

  test('the expected rounding error grows as bits get fewer', () => {
    const errorOf = (wanted: string) => exports.find(({ path }) => path === wanted)?.signature.error ?? -1;
    expect(errorOf('llama/genai-fp32-fused-gate-up')).toBe(0);
    expect(errorOf('llama/tjs-q8')).toBeGreaterThan(0.002);
    expect(errorOf('llama/tjs-q8')).toBeLessThan(0.03);
    for (const four of ['llama/tjs-bnb4', 'llama/genai-int4-asym', 'llama/genai-int4-qdq']) {
      expect(errorOf(four)).toBeGreaterThan(0.05);
      expect(errorOf(four)).toBeLessThan(0.15);
    }
  });
});

test('the set beside the page has the signature of the default model, and is known without its identity', async () => {
  const set = parseNeuronSet(readFileSync('public/neurons/smollm2-135m-instruct.json', 'utf8'));
  const model = await openLanguageModel(DEFAULT_MODEL, 'native');
  try {
    expect(set.model.signature).toEqual(model.signature);
    expect(set.model.identity).toEqual(model.identity);
    const loaded = { ...model, widths: model.layout.widths };
    expect(checkSetModel(set, loaded)).toBeUndefined();
    const renamed = { ...loaded, name: 'SmolLM2-135M-Instruct-ONNX', fingerprint: 'x', identity: undefined };
    expect(checkSetModel(set, renamed)).toContain('has the same weights in another precision');
    const turned = set.model.signature?.columnNorms.split(' ').reverse().join(' ') ?? '';
    const signature = { ...model.signature, columnNorms: turned };
    expect(matchModels(set.model, { ...renamed, signature })).toMatchObject({ match: 'other' });
  } finally {
    await model.session.release();
  }
});
