import { readFileSync } from 'node:fs';
import { create } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import { readGguf } from '../../../src/graph/gguf/file.ts';
import type { Precision } from '../../../src/graph/gguf/linear-weights.ts';
import { decodeModel, encodeModel } from '../../../src/graph/onnx/model.ts';
import { NodeProtoSchema } from '../../../src/graph/onnx/onnx_pb.ts';
import { storedBytes } from '../../../src/graph/onnx/tensor-data.ts';
import { type ByteSource, bytesSource } from '../../../src/lib/bytes/source.ts';
import { ggufIdentity } from '../../../src/model/gguf-identity.ts';
import type { ModelFiles } from '../../../src/model/onnx-files.ts';
import { openGguf } from '../../../src/model/open-gguf.ts';
import { openOnnx } from '../../../src/model/open-onnx.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { identityDifference, type ModelIdentity } from '../../../src/neurons/identity.ts';
import { fixtureFiles } from '../../support/onnx-engine.ts';
import { readFixture } from '../../support/onnx-fixtures.ts';
import { splitGguf } from '../../support/tiny-split.ts';

const runtime = nativeRuntime(1);
const bytes = new Uint8Array(readFileSync(new URL('../../fixtures/gguf/llama3.gguf', import.meta.url)));
const { tensors } = await readGguf(bytesSource(bytes, 'tiny.gguf'));

async function identityOf(
  source: ByteSource | readonly ByteSource[],
  precision?: Precision,
): Promise<ModelIdentity> {
  const { identity, session } = await openGguf(source, runtime, { precision });
  await session.release();
  return identity;
}

const plain = await identityOf(bytesSource(bytes, 'tiny.gguf'));

/** The file with one byte changed. */
function changedAt(at: number): ByteSource {
  const changed = bytes.slice();
  changed[at]! ^= 1;
  return bytesSource(changed, 'tiny.gguf');
}

const placeOf = (text: string) => Buffer.from(bytes.buffer).indexOf(text) + text.length;

describe('the identity of a GGUF file', () => {
  it('does not depend on name, precision, device settings or the number of files', async () => {
    const half = Math.floor(tensors.size / 2);
    const parts = await splitGguf(bytes, 'tiny.gguf', [half, 0, tensors.size - half]);
    expect(await identityOf(bytesSource(bytes, 'other-name.gguf'))).toEqual(plain);
    expect(await identityOf(bytesSource(bytes, 'tiny.gguf'), 'block8')).toEqual(plain);
    expect(await identityOf(parts)).toEqual(plain);
    for (const hash of Object.values(plain)) expect(hash).toMatch(/^[0-9a-f]{32}$/);
    expect(new Set(Object.values(plain)).size).toBe(4);
  });

  it.each([...tensors.keys()])('notices a changed byte in the middle of %s', async (name) => {
    const { offset, byteLength } = tensors.get(name)!;
    // The lowest bit of a mantissa or a code: the weight stays finite.
    const changed = await identityOf(changedAt(offset + Math.floor(byteLength / 8) * 4));
    expect(identityDifference(plain, changed)).toBe('other weights');
  });

  it.each([
    ['another tokenizer', 'tokenizer.ggml.merges', 24],
    ['another computation', 'llama.rope.freq_base', 6],
  ])('says %s where the entry %s changed', async (what, key, behind) => {
    const changed = await identityOf(changedAt(placeOf(key) + behind));
    expect(identityDifference(plain, changed)).toBe(what);
  });

  it('says where the chat template changed, and not where the name did', async () => {
    const file = await readGguf(bytesSource(bytes, 'tiny.gguf'));
    const of = (key: string, text: string) =>
      ggufIdentity({ ...file, metadata: new Map([...file.metadata, [key, text]]) }, plain.weights);
    expect(identityDifference(plain, await of('tokenizer.chat_template', 'x'))).toBe('another chat template');
    expect(identityDifference(plain, await of('general.name', 'another'))).toBe('');
  });

  it('is made of the bytes that are read anyhow', async () => {
    let weights = 0;
    const inner = bytesSource(bytes, 'tiny.gguf');
    const source: ByteSource = {
      ...inner,
      read(offset, length) {
        if (offset > 0) weights += length;
        return inner.read(offset, length);
      },
    };
    await identityOf(source);
    const stored = [...tensors.values()].reduce((sum, { byteLength }) => sum + byteLength, 0);
    const sampled = 64 * [...tensors.keys()].filter((name) => name.includes('ffn_down')).length;
    expect(weights).toBe(stored + sampled);
  });
});

const FOLDER = 'test/fixtures/onnx/llama/optimum-external-data-2files';

/** The files of the fixture with some of them replaced. */
function filesWith(replaced: Readonly<Record<string, Uint8Array | string>>): ModelFiles {
  const files = fixtureFiles(FOLDER);
  return {
    ...files,
    list: () => [...new Set([...files.list(), ...Object.keys(replaced)])],
    read: async (path) => {
      const found = replaced[path];
      if (found === undefined) return files.read(path);
      return typeof found === 'string' ? new TextEncoder().encode(found) : found;
    },
  };
}

async function exportIdentity(
  replaced: Readonly<Record<string, Uint8Array | string>>,
): Promise<ModelIdentity> {
  const { identity, session } = await openOnnx(filesWith(replaced), runtime);
  await session.release();
  return identity;
}

describe('the identity of an ONNX export', () => {
  const { bytes: graph, external } = readFixture(FOLDER);

  it('does not depend on where the weights lie', async () => {
    const model = decodeModel(graph);
    for (const tensor of model.graph?.initializer ?? []) {
      const data = storedBytes(tensor, external);
      if (tensor.externalData.length === 0) continue;
      tensor.rawData = data;
      tensor.externalData = [];
      tensor.dataLocation = 0;
    }
    expect(await exportIdentity({ 'model.onnx': encodeModel(model) })).toEqual(await exportIdentity({}));
  });

  it('notices a changed weight outside the MLPs, another graph, tokenizer and template', async () => {
    const before = await exportIdentity({});
    const [data] = external;
    const weights = data!.data.slice();
    weights[4] ^= 1;
    const model = decodeModel(graph);
    const { node } = model.graph!;
    node.push(
      create(NodeProtoSchema, { name: 'added', opType: 'Identity', input: ['logits'], output: ['copy'] }),
    );
    const tokenizer = JSON.parse(new TextDecoder().decode(await fixtureFiles(FOLDER).read('tokenizer.json')));
    tokenizer.normalizer = { type: 'NFC' };
    const configured = JSON.parse(
      new TextDecoder().decode(await fixtureFiles(FOLDER).read('tokenizer_config.json')),
    );
    const difference = async (replaced: Readonly<Record<string, Uint8Array | string>>) =>
      identityDifference(before, await exportIdentity(replaced));
    expect(await difference({ [data!.path]: weights })).toBe('other weights');
    expect(await difference({ 'model.onnx': encodeModel(model) })).toBe('another computation');
    expect(await difference({ 'tokenizer.json': JSON.stringify(tokenizer) })).toBe('another tokenizer');
    expect(
      await difference({ 'tokenizer.json': JSON.stringify({ ...tokenizer, normalizer: null }, null, 1) }),
    ).toBe('');
    expect(
      await difference({
        'tokenizer_config.json': JSON.stringify({ ...configured, chat_template: 'other' }),
      }),
    ).toBe('another chat template');
  });
});
