import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { detectDownProjections } from '../../src/graph/onnx/down-projections.ts';
import { decodeModel } from '../../src/graph/onnx/model.ts';
import { tensorValues } from '../../src/graph/onnx/tensor-data.ts';
import { EngineError } from '../../src/lib/errors.ts';
import { nativeRuntime } from '../../src/model/runtime/native.ts';
import { nodeWasmRuntime } from '../../src/model/runtime/wasm-node.ts';
import { folderFiles } from '../../src/node/open-model.ts';
import { expectEngine, openExport } from '../support/onnx-engine.ts';
import { expectFaithful, readBytes, readExpected } from '../support/onnx-fixtures.ts';
import { anonymise } from '../support/onnx-graphs.ts';

const root = join(import.meta.dirname, '../../../shared/fixtures/onnx');

interface Entry {
  readonly arch: string;
  readonly variant: string;
  readonly path: string;
  readonly lossless: boolean | null;
  readonly suggested_atol: number | null;
  readonly down_projections: readonly { node: string; K: number; N: number }[];
}

/** Exports that the engine refuses, and why. */
const refused: Readonly<Record<string, RegExp>> = {
  'gpt2/optimum-legacy-merged': /If branches/,
  'llama/optimum-legacy-merged': /If branches/,
  'qwen2/genai-fp32-inputs-embeds': /starts from embeddings/,
  'qwen3/genai-int4-webgpu-qknorm': /WebGPU and CUDA only/,
  'qwen3_moe/optimum-fp32': /mixture of experts/,
};
/** Those of them in which no down projections are found. */
const without = /legacy-merged|qwen3_moe/;
/** 4 bits of random weights, which WebAssembly rounds differently: as far off as the collection says. */
const roundedTolerance: Readonly<Record<string, number>> = { 'qwen3_5/genai-int4': 3 };

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
const runtimes = [nativeRuntime(1), nodeWasmRuntime(1)];

describe('down projections of exports by third-party tools', () => {
  for (const { arch, variant, path, down_projections } of entries) {
    if (without.test(`${arch}/${variant}`)) continue;
    it(`${arch}/${variant}, with names and without`, () => {
      const bytes = readBytes(join(root, path));
      const [named, nameless] = [decodeModel(bytes), decodeModel(bytes)];
      anonymise(nameless);
      const [found, blind] = [named, nameless].map((model) =>
        detectDownProjections(model).layers.map(({ width, hidden, projection }) => ({
          node: named.graph!.node[model.graph!.node.indexOf(projection.node)]!.name,
          width,
          hidden,
        })),
      );
      const wanted = down_projections.map(({ node, K, N }) => ({ node, width: K, hidden: N }));
      expect(found).toEqual(wanted);
      expect(blind).toEqual(wanted);
    });
  }
});

for (const runtime of runtimes) {
  describe(`exports in the engine, ${runtime.kind}`, () => {
    for (const { arch, variant, path, suggested_atol } of entries) {
      const name = `${arch}/${variant}`;
      const folder = dirname(join(root, path));
      it(name, async () => {
        const files = folderFiles(folder);
        const reason = refused[name];
        if (!reason) {
          const tolerance = { exact: suggested_atol ?? undefined, rounded: roundedTolerance[name] };
          return expectEngine(folder, files, runtime, tolerance);
        }
        const open = openExport(files, runtime);
        await expect(open).rejects.toThrow(EngineError);
        await expect(open).rejects.toThrow(reason);
      });
    }
  });
}

describe('graphs as such', () => {
  for (const { arch, variant, path, suggested_atol } of entries) {
    const name = `${arch}/${variant}`;
    if (refused[name] && !variant.includes('inputs-embeds')) continue;
    const folder = dirname(join(root, path));
    it(`${name}, two lanes of all positions`, () => {
      const embeddings = variant.includes('inputs-embeds') ? promptEmbeddings(folder) : undefined;
      return expectFaithful(folder, suggested_atol ?? undefined, embeddings);
    });
  }
});
