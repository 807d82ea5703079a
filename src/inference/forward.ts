import { RESUMED } from '../graph/onnx/stages.ts';
import { elements, runFeeds, type StageSpan } from '../model/run-inputs.ts';
import type { Feeds, Tensor } from '../model/runtime/types.ts';
import type { LanguageModel } from '../model/types.ts';
import { cett } from '../neurons/cett.ts';
import { scaleVectors } from '../neurons/scales.ts';
import type { ScaledNeuron } from '../neurons/types.ts';
import { historyScales, uploadFactors, withTokens } from './history.ts';
import { cacheOf, emptySlot, type KvCache, stackCacheRows } from './kv-cache.ts';

/** What a run of the graph needs of a model. */
export type RunnableModel = Pick<LanguageModel, 'runtime' | 'session' | 'neurons' | 'io' | 'layout'> &
  Partial<Pick<LanguageModel, 'lanesApart'>>;

/** The scale inputs of a batch, on the device. Dispose it when the rows or their factors change. */
export interface BatchScales {
  readonly feeds: Feeds;
  /** Factors by row and layer; undefined where a row is unscaled. */
  readonly rows: readonly (readonly Float32Array[] | undefined)[];
  dispose(): void;
}

/** Uploads the factors of each row; a row without neurons is neutral. */
export function batchScales(model: RunnableModel, rows: readonly (readonly ScaledNeuron[])[]): BatchScales {
  return uploadScales(
    model,
    rows.map((neurons) => (neurons.length ? scaleVectors(model.layout, neurons) : undefined)),
  );
}

function uploadScales(model: RunnableModel, rows: BatchScales['rows']): BatchScales {
  const feeds: Record<string, Tensor> = {};
  model.neurons.layers.forEach((layer, l) => {
    const data = new Float32Array(rows.length * layer.width).fill(1);
    rows.forEach((vector, row) => {
      if (vector) data.set(vector[l], row * layer.width);
    });
    feeds[layer.scaleInput] = uploadFactors(model, layer.scaleType, data, [rows.length, 1, layer.width]);
  });
  return {
    feeds,
    rows,
    dispose() {
      for (const tensor of Object.values(feeds)) tensor.dispose();
    },
  };
}

export interface ForwardInput {
  /** One array of token ids a row, all equally long. */
  readonly ids: readonly (readonly number[])[];
  /** As in `RunSize`; only for graphs with `GraphIo.branches`, and only the cache's positions before them are of use. */
  readonly branches?: readonly number[];
  /**
   * Stages of layers that this run reads, of `NeuronGraph.stages`; all where they are left out. The cache holds the
   * layers of these stages. Only a run to the last stage has logits.
   */
  readonly stages?: StageSpan;
  /** What a run up to the first of `stages` gave for the same tokens behind the same positions. */
  readonly states?: HiddenStates;
  /** What was read before; its rows are those of `ids`. It is disposed once the run is through. */
  readonly cache: KvCache;
  readonly scales: BatchScales;
  /** Positions of this run, 0-based in `ids`, whose neurons are wanted; may be empty. */
  readonly capture: readonly number[];
  /** Positions of this run whose logits are wanted; at least one. */
  readonly logits: readonly number[];
}

/** The residual stream between two stages, by name of the graph input that takes it up. */
export type HiddenStates = Feeds;

export interface ForwardOutput {
  readonly cache: KvCache;
  /** For the stage behind those that were read; undefined where the last one was. */
  readonly states: HiddenStates | undefined;
  /** Logits [vocabulary] of a row at the i-th wanted position: a view. */
  logits(row: number, i: number): Float32Array;
  /** CETT of all neurons [total] of a row at the i-th captured position; computed at each call. */
  cett(row: number, i: number): Float32Array;
  /** What CETT is computed from: inputs z of the down projections [total] and norms of their outputs [layers]; views. */
  captured(row: number, i: number): { readonly z: Float32Array; readonly outNorms: Float32Array };
}

type Piece = Pick<ForwardOutput, 'logits' | 'cett' | 'captured'>;

/** Values of the wanted positions by row. */
function reading(model: RunnableModel, input: ForwardInput, values: readonly Float32Array[]): Piece {
  const { neurons } = model;
  const [logits, allZ, allNorms] = values;
  const vocabulary = logits.length / (input.ids.length * input.logits.length);
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

/** Runs a batch row by row, for graphs whose rows would touch each other. */
async function forwardApart(model: RunnableModel, input: ForwardInput): Promise<ForwardOutput> {
  const { runtime } = model;
  const outputs: ForwardOutput[] = [];
  try {
    for (const [row, ids] of input.ids.entries()) {
      const cache = stackCacheRows(runtime, [{ cache: input.cache, row }]);
      const scales = uploadScales(model, [input.scales.rows[row]]);
      try {
        outputs.push(await forward(model, { ...input, ids: [ids], cache, scales }));
      } catch (error) {
        cache.dispose();
        throw error;
      } finally {
        scales.dispose();
      }
    }
    const cache = stackCacheRows(
      runtime,
      outputs.map((output) => ({ cache: output.cache, row: 0 })),
    );
    input.cache.dispose();
    return {
      cache,
      states: undefined,
      logits: (row, i) => outputs[row].logits(0, i),
      cett: (row, i) => outputs[row].cett(0, i),
      captured: (row, i) => outputs[row].captured(0, i),
    };
  } finally {
    for (const { cache } of outputs) cache.dispose();
  }
}

/** Runs the model over some tokens of every row. On an error the given cache is left as it was. */
export async function forward(model: RunnableModel, input: ForwardInput): Promise<ForwardOutput> {
  const rows = input.ids.length;
  if (rows > 1 && model.lanesApart) return forwardApart(model, input);
  const { runtime, neurons } = model;
  const { cache } = input;
  const history = cache.history && withTokens(cache.history, input.ids, input.scales.rows);
  const ids = history ? history.map((row) => row.ids) : input.ids;
  const past = history ? 0 : cache.length;
  const tokens = ids[0].length;
  const offset = history ? cache.length : 0;
  const hasCaptures = input.capture.length > 0;
  // Not every device runs a graph with an empty tensor: where nothing is wanted, one position is gathered and not fetched.
  const gathered = hasCaptures ? input.capture.map((position) => position + offset) : [0];
  const asked = input.logits.map((position) => position + offset);
  const int64 = (values: readonly number[]) =>
    runtime.tensor('int64', elements('int64', values), [values.length]);
  const ownScales = history && historyScales(model, history, input.scales.rows);
  const { branches, stages } = input;
  const feeds: Record<string, Tensor> = {
    ...runFeeds(model.io.inputs, runtime, { rows, tokens, past, branches, stages }),
    ...input.states,
    ...(ownScales ?? input.scales.feeds),
    [model.io.tokens]: runtime.tensor(model.io.tokenType, elements(model.io.tokenType, ids.flat()), [
      rows,
      tokens,
    ]),
    [neurons.capturePositions]: int64(gathered),
    [neurons.logitPositions]: int64(asked),
  };
  for (const slot of model.io.cache)
    feeds[slot.input] = cache.tensors.get(slot.input) ?? emptySlot(slot, runtime, rows);

  const wanted = [model.io.logits, ...(hasCaptures ? [neurons.activations, neurons.outputNorms] : [])];
  const slots = model.io.cache.filter((slot) => cache.tensors.has(slot.input));
  const layers = neurons.stages;
  const left = layers && stages && stages.end < layers.stages.length ? layers.carried : [];
  let result: Record<string, Tensor>;
  try {
    result = await model.session.run(feeds, [...wanted, ...left, ...slots.map((slot) => slot.output)]);
  } finally {
    for (const tensor of Object.values(ownScales ?? {})) tensor.dispose();
  }
  const next = cacheOf(rows, past + tokens, new Map(slots.map((slot) => [slot.input, result[slot.output]])), {
    isRunning: cache.isRunning,
    history,
  });
  const read = wanted.map((name) => result[name]);
  const values = await runtime.read(read);
  for (const tensor of read) tensor.dispose();
  cache.dispose();
  const states = left.length
    ? Object.fromEntries(left.map((name, at) => [RESUMED[at], result[name]]))
    : undefined;
  return { cache: next, states, ...reading(model, input, values) };
}
