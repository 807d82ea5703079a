import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EngineError } from '../../src/errors.ts';
import { instrument } from '../../src/onnx/instrument.ts';
import { decodeModel } from '../../src/onnx/model.ts';
import { tensorValues } from '../../src/onnx/tensor-data.ts';
import { expectFaithful, readBytes, readExpected, readFixture } from '../support/onnx-fixtures.ts';

const root = join(import.meta.dirname, '../../../shared/fixtures/onnx');

interface Entry {
  readonly arch: string;
  readonly variant: string;
  readonly path: string;
  readonly lossless: boolean | null;
  readonly suggested_atol: number | null;
  readonly down_projections: readonly { node: string; K: number; N: number }[];
}

/** Graphs that are refused, and why. */
const refused: Readonly<Record<string, RegExp>> = {
  'gpt2/optimum-legacy-merged': /If branches/,
  'llama/optimum-legacy-merged': /If branches/,
  'qwen3_moe/optimum-fp32': /mixture of experts/,
};
/** Graphs that ONNX Runtime's CPU provider does not run, before editing either. */
const notOnCpu = new Set(['qwen3/genai-int4-webgpu-qknorm']);

/** Embeddings of the prompt for the graph that starts from them; the float32 export of the same model has the table. */
function promptEmbeddings(folder: string): Float32Array {
  const graph = decodeModel(readBytes(join(root, 'qwen2/optimum-fp32/model.onnx'))).graph!;
  const table = graph.initializer.find(({ name }) => name === 'model.embed_tokens.weight')!;
  const width = Number(table.dims[1]);
  const values = tensorValues(table, []);
  return Float32Array.from(
    readExpected(folder).ids.flatMap((id) =>
      Array.from({ length: width }, (_, at) => values[id * width + at]!),
    ),
  );
}

if (!existsSync(root)) throw new Error(`No models at ${root}: these tests need the collection of exports.`);
const { entries } = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as { entries: Entry[] };

describe('exports of third-party tools', () => {
  for (const entry of entries) {
    const name = `${entry.arch}/${entry.variant}`;
    const folder = dirname(join(root, entry.path));
    it(name, async () => {
      const { bytes, external } = readFixture(folder);
      const reason = refused[name];
      if (reason) {
        expect(() => instrument(bytes, external)).toThrow(EngineError);
        expect(() => instrument(bytes, external)).toThrow(reason);
        return;
      }
      const { graph } = instrument(bytes, external);
      const found = graph.layers.map(({ node, width, hidden }) => ({ node, width, hidden }));
      const wanted = entry.down_projections.map(({ node, K, N }) => ({ node, width: K, hidden: N }));
      expect(found).toEqual(wanted);
      if (notOnCpu.has(name)) return;
      const embeddings = entry.variant.includes('inputs-embeds') ? promptEmbeddings(folder) : undefined;
      await expectFaithful(folder, entry.suggested_atol ?? undefined, embeddings);
    });
  }
});
