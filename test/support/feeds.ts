import * as ort from 'onnxruntime-node';
import { floatToHalf, halfToFloat } from '../../src/lib/bytes/half.ts';

export interface PromptFeed {
  /** Token ids, the same for every lane. */
  readonly ids: readonly number[];
  readonly lanes: number;
  /** Size of an attention head, where the graph leaves it open (`kv_cache_dim`). */
  readonly headSize: number;
  /** Embeddings [length, hidden] for graphs that start from them. */
  readonly embeddings?: Float32Array;
}

function filled(type: string, dims: readonly number[], value: (at: number) => number): ort.Tensor {
  const size = dims.reduce((product, dim) => product * dim, 1);
  const values = Array.from({ length: size }, (_, at) => value(at));
  if (type === 'int64') return new ort.Tensor('int64', BigInt64Array.from(values, BigInt), dims);
  if (type === 'int32') return new ort.Tensor('int32', Int32Array.from(values), dims);
  if (type === 'float16') return new ort.Tensor('float16', Uint16Array.from(values), dims);
  return new ort.Tensor('float32', Float32Array.from(values), dims);
}

/** Sizes of an input: lanes for the first open dimension, an empty past, the rest as declared. */
function sizes(name: string, shape: readonly (number | string)[], feed: PromptFeed): number[] {
  return shape.map((dim, axis) => {
    if (typeof dim === 'number') return dim;
    if (/batch|lanes/.test(dim)) return feed.lanes;
    if (dim === 'kv_cache_dim') return feed.headSize;
    if (name.startsWith('past')) return axis === 0 ? feed.lanes : 0;
    return axis === 0 ? feed.lanes : feed.ids.length;
  });
}

/** What a decoder needs for a prompt without a past, read from the session's inputs. Inputs of the instrumentation are not filled. */
export function promptFeeds(session: ort.InferenceSession, feed: PromptFeed): Record<string, ort.Tensor> {
  const feeds: Record<string, ort.Tensor> = {};
  for (const input of session.inputMetadata) {
    if (!input.isTensor || /^neuron_|^capture_|^logit_/.test(input.name)) continue;
    const dims = sizes(input.name, input.shape, feed);
    const length = dims.at(-1) ?? 1;
    const { name, type } = input;
    if (name === 'input_ids') feeds[name] = filled(type, dims, (at) => feed.ids[at % length]!);
    else if (name === 'attention_mask') feeds[name] = filled(type, dims, () => 1);
    else if (name === 'position_ids') feeds[name] = filled(type, dims, (at) => at % length);
    else if (name === 'inputs_embeds' && feed.embeddings) {
      const { embeddings } = feed;
      feeds[name] = filled(type, dims, (at) => embeddings[at % embeddings.length]!);
    } else feeds[name] = filled(type, dims, () => 0);
  }
  return feeds;
}

/** The inputs of an instrumented graph: all scales 1, or those given by layer. */
export function neuronFeeds(
  session: ort.InferenceSession,
  lanes: number,
  scales: readonly Float32Array[],
  positions: { readonly capture: readonly number[]; readonly logits: readonly number[] },
): Record<string, ort.Tensor> {
  const int64 = (values: readonly number[]) =>
    new ort.Tensor('int64', BigInt64Array.from(values, BigInt), [values.length]);
  const feeds: Record<string, ort.Tensor> = {
    capture_positions: int64(positions.capture),
    logit_positions: int64(positions.logits),
  };
  for (const input of session.inputMetadata) {
    const layer = /^neuron_scale\.(\d+)$/.exec(input.name)?.[1];
    const scale = scales[Number(layer)];
    if (!input.isTensor || layer === undefined || !scale) continue;
    const dims = [lanes, 1, scale.length];
    const values = Float32Array.from({ length: lanes * scale.length }, (_, at) => scale[at % scale.length]!);
    feeds[input.name] =
      input.type === 'float16'
        ? new ort.Tensor('float16', floatToHalf(values), dims)
        : new ort.Tensor('float32', values, dims);
  }
  return feeds;
}

/** A tensor's values as numbers, half precision included. */
export function numbers(tensor: ort.Tensor): Float64Array {
  if (tensor.type !== 'float16') return Float64Array.from(tensor.data as Float32Array);
  const { buffer, byteOffset } = tensor.data as Uint16Array;
  return Float64Array.from(halfToFloat(new Uint16Array(buffer, byteOffset, tensor.size)));
}
