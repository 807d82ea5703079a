import { floatToHalf } from '../bytes/half.ts';
import type { LanguageModel } from '../model/types.ts';
import { cett } from '../neurons/cett.ts';
import { scaleVectors } from '../neurons/scales.ts';
import type { ScaledNeuron } from '../neurons/types.ts';
import type { Feeds, Tensor } from '../runtime/types.ts';
import type { GraphIo } from './graph-io.ts';
import { cacheOf, type KvCache } from './kv-cache.ts';

/** What a run of the graph needs of a model. */
export type RunnableModel = Pick<LanguageModel, 'runtime' | 'session' | 'neurons' | 'layout'>;

/** The scale inputs of a batch, on the device. Dispose it when the rows or their factors change. */
export interface BatchScales {
  readonly feeds: Feeds;
  /** Factors by row and layer; undefined where a row is unscaled. */
  readonly rows: readonly (readonly Float32Array[] | undefined)[];
  dispose(): void;
}

/** Uploads the factors of each row; a row without neurons is neutral. */
export function batchScales(model: RunnableModel, rows: readonly (readonly ScaledNeuron[])[]): BatchScales {
  const vectors = rows.map((neurons) => (neurons.length ? scaleVectors(model.layout, neurons) : undefined));
  const feeds: Record<string, Tensor> = {};
  model.neurons.layers.forEach((layer, l) => {
    const data = new Float32Array(rows.length * layer.width).fill(1);
    vectors.forEach((vector, row) => {
      if (vector) data.set(vector[l], row * layer.width);
    });
    feeds[layer.scaleInput] = upload(model, layer.scaleType, data, [rows.length, 1, layer.width]);
  });
  return {
    feeds,
    rows: vectors,
    dispose() {
      for (const tensor of Object.values(feeds)) tensor.dispose();
    },
  };
}

function upload(
  model: RunnableModel,
  type: 'float32' | 'float16',
  data: Float32Array,
  dims: readonly number[],
): Tensor {
  return model.runtime.upload(type, type === 'float16' ? floatToHalf(data) : data, dims);
}

export interface ForwardInput {
  /** One array of token ids a row, all equally long. */
  readonly ids: readonly (readonly number[])[];
  /** What was read before; its rows are those of `ids`. It is disposed once the run is through. */
  readonly cache: KvCache;
  readonly scales: BatchScales;
  /** Positions of this run, 0-based in `ids`, whose neurons are wanted; may be empty. */
  readonly capture: readonly number[];
  /** Positions of this run whose logits are wanted; at least one. */
  readonly logits: readonly number[];
}

export interface ForwardOutput {
  readonly cache: KvCache;
  /** Logits [vocabulary] of a row at the i-th wanted position: a view. */
  logits(row: number, i: number): Float32Array;
  /** CETT of all neurons [total] of a row at the i-th captured position; computed at each call. */
  cett(row: number, i: number): Float32Array;
  /** What CETT is computed from: inputs z of the down projections [total] and norms of their outputs [layers]; views. */
  captured(row: number, i: number): { readonly z: Float32Array; readonly outNorms: Float32Array };
}

const int64 = (values: readonly number[]) => BigInt64Array.from(values, BigInt);

/** Runs the model over some tokens of every row. On an error the given cache is left as it was. */
export async function forward(
  model: RunnableModel,
  io: GraphIo,
  input: ForwardInput,
): Promise<ForwardOutput> {
  const { runtime, neurons } = model;
  const { ids, cache } = input;
  const rows = ids.length;
  const n = ids[0].length;
  const length = cache.length + n;
  const hasCaptures = input.capture.length > 0;
  // Not every device runs a graph with an empty tensor: where nothing is wanted, one position is gathered and not fetched.
  const gathered = hasCaptures ? input.capture : [0];
  const feeds: Record<string, Tensor> = {
    ...input.scales.feeds,
    [io.tokens]: runtime.tensor('int64', int64(ids.flat()), [rows, n]),
    [neurons.capturePositions]: runtime.tensor('int64', int64(gathered), [gathered.length]),
    [neurons.logitPositions]: runtime.tensor('int64', int64(input.logits), [input.logits.length]),
  };
  if (io.attentionMask) {
    feeds[io.attentionMask] = runtime.tensor('int64', new BigInt64Array(rows * length).fill(1n), [
      rows,
      length,
    ]);
  }
  if (io.positionIds) {
    const positions = Array.from({ length: rows * n }, (_, i) => cache.length + (i % n));
    feeds[io.positionIds] = runtime.tensor('int64', int64(positions), [rows, n]);
  }
  for (const [name, tensor] of cache.tensors) feeds[name] = tensor;

  const wanted = [io.logits, ...(hasCaptures ? [neurons.activations, neurons.outputNorms] : [])];
  const result = await model.session.run(feeds, [...wanted, ...io.cache.map((slot) => slot.output)]);
  const next = cacheOf(rows, length, new Map(io.cache.map((slot) => [slot.input, result[slot.output]])));
  const read = wanted.map((name) => result[name]);
  const [logits, allZ, allNorms] = await runtime.read(read);
  for (const tensor of read) tensor.dispose();
  cache.dispose();

  const vocabulary = logits.length / (rows * input.logits.length);
  const layers = neurons.layers.length;
  const columnNorms = neurons.layers.map((layer) => layer.columnNorms);
  const captured = (row: number, i: number) => {
    const at = row * input.capture.length + i;
    return {
      z: allZ.subarray(at * neurons.total, (at + 1) * neurons.total),
      outNorms: allNorms.subarray(at * layers, (at + 1) * layers),
    };
  };
  return {
    cache: next,
    logits(row, i) {
      const at = (row * input.logits.length + i) * vocabulary;
      return logits.subarray(at, at + vocabulary);
    },
    cett(row, i) {
      const { z, outNorms } = captured(row, i);
      return cett(z, outNorms, columnNorms, input.scales.rows[row], model.layout);
    },
    captured,
  };
}
