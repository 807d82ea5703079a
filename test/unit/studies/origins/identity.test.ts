import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { bytesSource } from '../../../../src/lib/bytes/source.ts';
import { openGguf } from '../../../../src/model/open-gguf.ts';
import { openOnnx } from '../../../../src/model/open-onnx.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import type { ModelIdentity } from '../../../../src/neurons/identity.ts';
import type { NeuronSet } from '../../../../src/neurons/set-file.ts';
import type { SetModel } from '../../../../src/neurons/set-model.ts';
import { ggufMlp } from '../../../../src/studies/origins/gguf-mlp.ts';
import { checkRun, checkSet } from '../../../../src/studies/origins/identity.ts';
import { originsOf } from '../../../../src/studies/origins/report.ts';
import { sourceMlp } from '../../../../src/studies/origins/source-mlp.ts';
import { originsSentence } from '../../../../src/studies/report-text/origins.ts';
import { fixtureFiles, fixturePlaces } from '../../../support/onnx-engine.ts';
import { tinyFile, tinyTensors, turn } from '../../../support/tiny-mlp-pair.ts';

const runtime = nativeRuntime(1);
const FOLDER = 'test/fixtures/onnx/llama/optimum-external-data-2files';
const widths = [96, 96];

let base: Uint8Array;
/** The base model with its gates turned and its attention changed. */
let instruct: Uint8Array;

/** A file with one letter of its chat template changed. */
function otherTemplate(bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  const key = 'tokenizer.chat_template';
  changed[Buffer.from(changed.buffer).indexOf(key) + key.length + 40]! ^= 1;
  return changed;
}

const mlp = (bytes: Uint8Array, name: string) => ggufMlp(bytesSource(bytes, `${name}.gguf`));

/** What a loaded model is known by. */
async function loaded(bytes: Uint8Array, name: string): Promise<SetModel> {
  const model = await openGguf(bytesSource(bytes, `${name}.gguf`), runtime);
  await model.session.release();
  const { architecture, fingerprint, identity, signature } = model;
  return { name, architecture, fingerprint, identity, signature, widths };
}

beforeAll(async () => {
  const tensors = await tinyTensors();
  base = await tinyFile(tensors);
  const gate = tensors.get('blk.1.ffn_gate.weight')!.values;
  const places = (neuron: number) => Array.from({ length: 64 }, (_, i) => 64 * neuron + i);
  for (let neuron = 0; neuron < 96; neuron++) turn(gate, places(neuron), neuron / 100, neuron);
  tensors.get('blk.0.attn_q.weight')!.values[0]! += 0.01;
  instruct = await tinyFile(tensors);
});

function setOf(model: SetModel): NeuronSet {
  return {
    format: 'h-neuron-set',
    version: 2,
    name: 'Few',
    model: { ...model, layers: 2 },
    neurons: [3, 8, 20].map((neuron) => ({ layer: 1, neuron, weight: 2 })),
    intercept: -3,
    feature: { aggregation: 'mean', position: 'read' },
    provenance: { created: '2025-01-31', command: 'test', questions: 'test' },
    metrics: {},
  };
}

const origins = async (model: SetModel, of: Uint8Array = instruct, from: Uint8Array = base) =>
  originsOf(await mlp(from, 'base'), await mlp(of, 'instruct'), setOf(model), { draws: 20, seed: 1 });

describe('the identity of a model that is not loaded', () => {
  it('is that of the loaded one, of a GGUF file', async () => {
    const { identity } = await loaded(instruct, 'instruct');
    const { instruct: found, base: other } = await origins(await loaded(instruct, 'instruct'));
    expect(found.identity).toEqual(identity);
    expect(other.identity).toEqual((await loaded(base, 'base')).identity);
  });

  it('is that of the loaded one, of an export with its weights in data files', async () => {
    const model = await openOnnx(fixtureFiles(FOLDER), runtime);
    await model.session.release();
    const files = [...fixturePlaces(FOLDER)].map(([path, place]) => ({
      path,
      file: new Blob([new Uint8Array(readFileSync(place))]) as File,
    }));
    expect(await (await sourceMlp({ kind: 'files', files })).identity()).toEqual(model.identity);
    const few = files.filter(({ path }) => path !== 'tokenizer.json');
    expect(await (await sourceMlp({ kind: 'files', files: few })).identity()).toBeUndefined();
  });

  it('can be stopped', async () => {
    const weights = await mlp(base, 'base');
    await expect(weights.identity(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });
});

describe('origins say which part differs', () => {
  it('between the two models', async () => {
    const found = await loaded(instruct, 'instruct');
    expect((await origins(found)).difference).toBe('instruct has other weights, compared with base.');
    expect((await origins(found, instruct, otherTemplate(base))).difference).toBe(
      'instruct has other weights and another chat template, compared with base.',
    );
    expect((await origins(found, instruct, instruct)).difference).toBe(
      'base and instruct are one model: all weights, what is computed, the tokenizer and the chat template are the same.',
    );
    expect(originsSentence(await origins(found, instruct, otherTemplate(instruct)))).toMatch(
      /^The MLP weights of base and instruct are the same/,
    );
  });

  it('between the set and the instruct model', async () => {
    const found = await loaded(instruct, 'instruct');
    expect((await origins(found)).note).toBeUndefined();
    expect((await origins(found, otherTemplate(instruct))).note).toBe(
      'The neurons were found in instruct; instruct has the same weights and another chat template.',
    );
    // Down projections, gains and so the old marks are alike; attention and gates are not.
    expect((await origins(await loaded(base, 'base'))).note).toMatch(
      /^The neurons were found in base, and the model here is instruct, of which some weights were changed/,
    );
  });

  it('and that a set carries the identity of before', async () => {
    const { identity: _, ...former } = await loaded(instruct, 'instruct');
    expect((await origins(former)).note).toMatch(/^The neuron set carries the identity of before/);
  });
});

describe('the run of a base model', () => {
  const hash = (letter: string) => letter.repeat(32);
  const identity: ModelIdentity = {
    ...{ weights: hash('a'), computation: hash('b'), tokenizer: hash('c'), template: hash('d') },
  };
  const signature = { columnNorms: '1 1 1 1', hidden: 64, error: 0 };
  const model = (name: string, changes: Partial<SetModel> = {}): SetModel => ({
    ...{ name, architecture: 'llama', fingerprint: 'f', identity, signature, widths },
    ...changes,
  });
  const trained = model('instruct', { identity: { ...identity, weights: hash('e') } });
  const check = (changes: Partial<SetModel>, of: Partial<SetModel> = {}) =>
    checkRun(
      { model: { ...model('asked', changes), precision: 'F32', device: 'cpu' } },
      { base: model('base', of), instruct: trained },
    );

  it('is told from that of the instruct model by all weights, though all else be the same', () => {
    expect(check({})).toBeUndefined();
    expect(() => check({ identity: trained.identity })).toThrow(
      'The answers were given by asked, not by the base model base, which has other weights; ask it with "hneurons identify --form plain --model base".',
    );
  });

  it('may have been made with another template or tokenizer, which is said', () => {
    expect(check({ identity: { ...identity, template: hash('1'), tokenizer: hash('2') } })).toBe(
      'The answers were given by asked; base has the same weights and another tokenizer and another chat template.',
    );
    expect(check({ identity: { ...identity, weights: hash('1') } })).toBe(
      "The answers were given by asked; base has other weights, and its neurons' weights are the same as far as rounding lets one tell.",
    );
  });

  it('opens where it was made before there were identities, and says so', () => {
    expect(check({ identity: undefined })).toMatch(/^The run carries the identity of before/);
    expect(check({}, { identity: undefined })).toMatch(
      /^base was compared by its weights alone: there is no tokenizer\.json/,
    );
    expect(check({ identity: undefined }, { identity: undefined })).toBeUndefined();
  });

  it('and a set whose fingerprint is not known are compared by their norms', () => {
    const former = { name: 'Few', model: model('asked', { identity: undefined, fingerprint: '' }) };
    expect(checkSet(former, model('here'))).toMatch(/^The neuron set carries the identity of before/);
    const other = {
      ...former,
      model: { ...former.model, signature: { ...signature, columnNorms: '1 2 1 1' } },
    };
    expect(() => checkSet(other, model('here'))).toThrow(/whose weights are others/);
  });
});
