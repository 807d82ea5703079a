import 'fake-indexeddb/auto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import { bytesSource } from '../../../../src/lib/bytes/source.ts';
import { fingerprintOf } from '../../../../src/model/fingerprint.ts';
import type { HubSource, ModelSource } from '../../../../src/model/source.ts';
import { formatNeuronSet, type NeuronSet } from '../../../../src/neurons/set-file.ts';
import { createClient } from '../../../../src/rpc/client.ts';
import { serve } from '../../../../src/rpc/server.ts';
import { driftBetween } from '../../../../src/studies/origins/drift.ts';
import { sourceMlp } from '../../../../src/studies/origins/source-mlp.ts';
import { runOrigins } from '../../../../src/studies/origins/terminal/origins.ts';
import { originsSentence } from '../../../../src/studies/report-text/origins.ts';
import { study, studyCancels } from '../../../../src/worker/study.ts';
import type { StudyCalls } from '../../../../src/worker/study-calls.ts';
import { exportOnHub, startHub, type TestHub } from '../../../support/hub.ts';
import { loopback } from '../../../support/port.ts';
import { syntheticRun } from '../../../support/synthetic-run.ts';
import { tinyFile, tinyTensors, turn } from '../../../support/tiny-mlp-pair.ts';
import { splitGguf } from '../../../support/tiny-split.ts';

const client = createClient<StudyCalls>(loopback<StudyCalls>((post) => serve(study, post, studyCancels)));
const widths = [96, 96];
let folder: string;
let set: NeuronSet;
let models: Record<'base' | 'instruct', Uint8Array>;

const fileSource = (name: 'base' | 'instruct'): ModelSource => ({
  kind: 'files',
  files: [
    { path: `${name}.gguf`, file: new File([models[name] as Uint8Array<ArrayBuffer>], `${name}.gguf`) },
  ],
});
const fingerprint = async (bytes: Uint8Array) => fingerprintOf(await readGguf(bytesSource(bytes, 'x')));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'origins-study-'));
  const tensors = await tinyTensors();
  const base = await tinyFile(tensors);
  const { values } = tensors.get('blk.1.ffn_gate.weight')!;
  for (let neuron = 0; neuron < 96; neuron++)
    turn(
      values,
      Array.from({ length: 64 }, (_, i) => 64 * neuron + i),
      neuron / 100,
      neuron,
    );
  // The fingerprint sees the down projections only.
  tensors.get('blk.0.ffn_down.weight')!.values[0]! += 0.01;
  models = { base, instruct: await tinyFile(tensors) };
  for (const name of ['base', 'instruct'] as const) writeFileSync(join(folder, `${name}.gguf`), models[name]);
  set = {
    format: 'h-neuron-set',
    version: 2,
    name: 'Few',
    model: {
      name: 'instruct',
      architecture: 'llama',
      fingerprint: await fingerprint(models.instruct),
      layers: 2,
      widths,
    },
    neurons: [3, 8, 20].map((neuron) => ({ layer: 1, neuron, weight: 2 })),
    intercept: -3,
    feature: { aggregation: 'mean', position: 'read' },
    provenance: { created: '2025-01-31', command: 'test', questions: 'test' },
    metrics: {},
  };
  writeFileSync(join(folder, 'set.json'), formatNeuronSet(set));
});
afterAll(() => rmSync(folder, { recursive: true }));

const options = { draws: 200, fittedDraws: 2, seed: 4 };

describe('origins in the study worker', () => {
  it('are what the terminal finds', async () => {
    const stages = new Set<string>();
    const own = await client.call(
      'origins',
      { base: fileSource('base'), instruct: fileSource('instruct'), set, ...options },
      { onEvent: ({ stage }) => stages.add(stage) },
    );
    const path = (name: string) => join(folder, name);
    const terminal = await runOrigins({
      base: path('base.gguf'),
      model: path('instruct.gguf'),
      set: path('set.json'),
      ...options,
    });
    expect(own).toEqual(terminal);
    expect([...stages]).toEqual(['Comparing weights', 'Drawing random sets']);
  });

  it('score a kept run of the base model, and no other', async () => {
    const keep = async (name: 'base' | 'instruct') => {
      const model = { name, fingerprint: await fingerprint(models[name]), widths };
      const files = syntheticRun({ model, seed: 1, count: 60, planted: [99, 104] });
      const added = await client.call('importRun', {
        files: files.map((file) => new File([new Uint8Array(file.bytes)], file.name)),
      });
      return added.run;
    };
    const ask = (run: string) =>
      client.call('origins', {
        base: fileSource('base'),
        instruct: fileSource('instruct'),
        set,
        run,
        ...options,
      });
    const report = await ask(await keep('base'));
    expect(report.transfer).toMatchObject({ model: 'base', form: 'chat' });
    expect(originsSentence(report)).toContain('the classifier of instruct, unchanged, has an AUROC of');
    await expect(ask(await keep('instruct'))).rejects.toThrow(
      /were given by instruct, not by the base model/,
    );
  });
});

describe('weights of files that a person chose', () => {
  const fixture = 'test/fixtures/onnx/llama/optimum-external-data-2files';
  const file = (path: string, from: string) => ({
    path,
    file: new File([new Uint8Array(readFileSync(from))], path),
  });

  it('of an export lie in its data files, its config above it', async () => {
    const source: ModelSource = {
      kind: 'files',
      files: [
        file('Tiny/config.json', 'test/fixtures/onnx/llama/config.json'),
        ...readdirSync(fixture).map((name) => file(`Tiny/onnx/${name}`, join(fixture, name))),
      ],
    };
    const weights = await sourceMlp(source);
    expect(weights).toMatchObject({
      name: 'Tiny',
      format: 'ONNX',
      architecture: 'llama',
      widths: [160, 160],
    });
    const one = 'test/fixtures/onnx/llama/dynamo-fp32';
    const other = await sourceMlp({
      kind: 'files',
      files: [
        file('config.json', 'test/fixtures/onnx/llama/config.json'),
        file('model.onnx', join(one, 'model.onnx')),
      ],
    });
    const drift = await driftBetween(weights, other);
    expect(drift.modules.every(({ distance }) => distance.every((value) => value < 1e-12))).toBe(true);
  });

  it('are asked for where there are none, or data files are missing', async () => {
    await expect(sourceMlp({ kind: 'files', files: [] })).rejects.toThrow(/no model among the files/);
    const weights = await sourceMlp({
      kind: 'files',
      files: [
        file('config.json', 'test/fixtures/onnx/llama/config.json'),
        file('model.onnx', join(fixture, 'model.onnx')),
      ],
    });
    await expect(driftBetween(weights, weights)).rejects.toThrow(
      /lacks the model's data file model\.onnx_data/,
    );
  });
});

describe('weights of the Hub and of an address', () => {
  const whole = new Uint8Array(readFileSync('test/fixtures/gguf/tiny-llama.gguf'));
  let hub: TestHub;
  beforeAll(async () => {
    const parts = await splitGguf(whole, 'tiny.gguf', [4, 8, 8]);
    const split = new Map<string, Uint8Array>();
    for (const part of parts) split.set(part.name, await part.read(0, part.size));
    const llama = exportOnHub({
      'llama/optimum-external-data-2files': 'onnx/model.onnx',
      'llama/tjs-q8': 'onnx/model_quantized.onnx',
    });
    hub = await startHub({ 'own/llama': { files: llama }, 'own/split-GGUF': { files: split } });
  });
  afterAll(() => hub.close());

  const largest = async (a: ModelSource, b: ModelSource) => {
    const { modules } = await driftBetween(await sourceMlp(a), await sourceMlp(b));
    return Math.max(...modules.flatMap(({ distance }) => [...distance]));
  };
  const onHub = (repository: string, change: Partial<HubSource> = {}): HubSource => ({
    kind: 'hub',
    repository,
    host: hub.host,
    ...change,
  });

  it('are of the graph that is named, with its data files', async () => {
    const fine = onHub('own/llama', { precision: 'fp32' });
    const coarse = onHub('own/llama', { file: 'onnx/model_quantized.onnx' });
    expect(await largest(fine, fine)).toBe(0);
    hub.reset();
    const found = await largest(fine, coarse);
    expect(found).toBeGreaterThan(1e-6);
    expect(found).toBeLessThan(1e-3);
    expect(hub.asked.some((path) => path.includes('model.onnx_data_1'))).toBe(true);
    expect(await sourceMlp(coarse)).toMatchObject({ name: 'llama', format: 'ONNX', architecture: 'llama' });
  });

  it('are of all parts of a GGUF model', async () => {
    const url = `${hub.host}/own/split-GGUF/resolve/main/tiny-00001-of-00003.gguf`;
    const disk: ModelSource = {
      kind: 'files',
      files: [{ path: 'tiny.gguf', file: new File([whole], 'tiny.gguf') }],
    };
    expect(await largest(onHub('own/split-GGUF'), disk)).toBe(0);
    // One part by its address is not the whole.
    await expect(sourceMlp({ kind: 'url', url, name: 'tiny.gguf' })).rejects.toThrow(
      /one of 3 files of a model/,
    );
  });

  it('are named where there is nothing', async () => {
    await expect(sourceMlp(onHub('own/nothing'))).rejects.toMatchObject({ code: 'load-failed' });
    const stop = new AbortController();
    stop.abort(new Error('enough'));
    await expect(sourceMlp(onHub('own/llama'), { signal: stop.signal })).rejects.toThrow('enough');
  });
});
