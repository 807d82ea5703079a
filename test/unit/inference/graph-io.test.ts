import { describe, expect, it } from 'vitest';
import { captureNames } from '../../../src/graph/onnx/capture.ts';
import { emptyCache, rowsTogether } from '../../../src/inference/kv-cache.ts';
import { graphIo } from '../../../src/model/graph-io.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import type { ElementType, Session, ValueInfo } from '../../../src/model/runtime/types.ts';

const runtime = nativeRuntime(1);
const neurons = { layers: [], total: 0, ...captureNames, logitPositions: 'logit_positions' as const };

const value = (name: string, dims: ValueInfo['dims'], type: ElementType = 'int64'): ValueInfo => ({
  name,
  type,
  dims,
});
const logits = value('logits', ['batch', 'length', 320], 'float32');
const tokens = value('input_ids', ['batch', 'length']);

function io(inputs: readonly ValueInfo[], outputs: readonly ValueInfo[] = [logits], headDim?: number) {
  const session = { inputs, outputs } as unknown as Session;
  return graphIo({ session, neurons, headDim });
}

/** A cache tensor with the output that continues it. */
function withCache(name: string, dims: ValueInfo['dims'], outputDims = dims, headDim?: number) {
  const present = name.replace(/^past(_key_values)?/, 'present');
  const past = value(name, dims, 'float32');
  return io([tokens, past], [logits, value(present, outputDims, 'float32')], headDim);
}

/** Shape of the only cache tensor for two rows of five positions. */
const shape = (...args: Parameters<typeof withCache>) => withCache(...args).cache[0]!.shape(2, 5);

describe('inputs that a graph wants', () => {
  const run = { rows: 2, tokens: 3, past: 4 };

  function filled(input: ValueInfo) {
    const found = io([tokens, input]).inputs[0]!.values(run);
    return { dims: found.dims, data: Array.from(found.data as ArrayLike<number | bigint>, Number) };
  }

  it.each([
    [value('attention_mask', ['b', 'total']), [2, 7], new Array(14).fill(1)],
    [value('attention_mask', ['b', 'total'], 'int32'), [2, 7], new Array(14).fill(1)],
    [value('position_ids', ['length']), [3], [4, 5, 6]],
    [value('position_ids', ['b', 'length']), [2, 3], [4, 5, 6, 4, 5, 6]],
    [value('position_ids', [3, 'b', 'length']), [3, 2, 3], new Array(6).fill([4, 5, 6]).flat()],
    [value('cache_position', ['length']), [3], [4, 5, 6]],
    [value('token_type_ids', ['b', 'length']), [2, 3], new Array(6).fill(0)],
    [value('num_logits_to_keep', []), [], [0]],
    [value('logits_to_keep', [1]), [1], [0]],
    [value('past_seq_len', [1, 1], 'int32'), [1, 1], [4]],
    [value('total_sequence_length', [], 'int32'), [], [7]],
    [value('seqlens_k', ['b'], 'int32'), [2], [6, 6]],
  ])('%j', (input, dims, data) => {
    expect(filled(input)).toEqual({ dims, data });
  });

  it.each([
    [[value('inputs_embeds', ['b', 'length', 64], 'float32')], /starts from embeddings/],
    [[value('pixels', [1])], /no input "input_ids"/],
    [[tokens, value('encoder_hidden_states', ['b', 'n', 64], 'float32')], /"encoder_hidden_states"/],
    [[tokens, value('constructor', [1])], /wants an input "constructor"/],
    [[tokens, value('attention_mask', ['b', 1, 'length', 'total'])], /"attention_mask" with 4 dimensions/],
    [[value('input_ids', ['b', 128])], /exactly 128 tokens a run/],
  ])('refuses what text does not fill: %j', (inputs, reason) => {
    expect(() => io(inputs)).toThrow(reason);
  });

  it('takes the only output that is no cache for the logits', () => {
    expect(io([tokens], [value('lm_output', ['b', 'l', 320], 'float32')]).logits).toBe('lm_output');
    const two = [value('a', [1], 'float32'), value('b', [1], 'float32')];
    expect(() => io([tokens], two)).toThrow(/no output of logits/);
  });
});

describe('caches', () => {
  it('have the shapes that the graph declares', () => {
    expect(shape('past_key_values.0.key', ['b', 2, 'past', 16])).toEqual([2, 2, 5, 16]);
    expect(shape('past.0.conv', ['b', 64, 3])).toEqual([2, 64, 3]);
    expect(shape('past.0.recurrent', ['b', 4, 16, 16])).toEqual([2, 4, 16, 16]);
    expect(shape('past_conv.0', ['b', 64, 'n'], ['b', 64, 3])).toEqual([2, 64, 3]);
  });

  it('take an open head size from the config, or from the output', () => {
    expect(shape('past_key_values.0.key', ['b', 2, 'past', 'dim'], undefined, 32)).toEqual([2, 2, 5, 32]);
    expect(shape('past_key_values.0.key', ['b', 2, 'past', 'dim'], ['b', 2, 'all', 8])).toEqual([2, 2, 5, 8]);
  });

  it('may hold positions along other axes', () => {
    expect(shape('past_key_values.0.key', ['b', 2, 16, 'past'])).toEqual([2, 2, 16, 5]);
    expect(shape('past_key_values.0.key_value', ['b', 'past', 32])).toEqual([2, 5, 32]);
  });

  it('know whether their start can be cut off', () => {
    const kept = (name: string, dims: ValueInfo['dims']) =>
      emptyCache(withCache(name, dims), runtime, 1).isRunning;
    expect(kept('past_key_values.0.key', ['b', 2, 'past', 16])).toBe(false);
    expect(kept('past.0.recurrent', ['b', 4, 16, 16])).toBe(true);
    expect(kept('past_key_values.0.key', ['b', 'past', 2, 16])).toBe(true);
  });

  it.each([
    ['past_key_values.0.key', ['b', 2, 'past', 'dim']],
    ['past_key_values.0.key', ['b', 2, 128, 16]],
    ['past_key_values.0.key', ['b * heads', 'past', 16]],
    ['past_conv.0', ['b', 64, 'n']],
    ['past_0', [2, 'b', 4, 'past', 16]],
  ])('%s of shape %j is refused', (name, dims) => {
    expect(() => withCache(name, dims)).toThrow(/The cache ".*" has the shape/);
  });

  it('are refused where nothing continues them', () => {
    expect(() => io([tokens, value('past.0.key', ['b', 2, 'past', 16], 'float32')])).toThrow(
      /no output that continues it/,
    );
  });
});

describe('rows that are answered together', () => {
  it('are as many as fit into a gigabyte of cache, and at least one', () => {
    // Keys and values of 30 layers, as the default model has them: 46,080 bytes a position.
    const cached = withCache('past_key_values.0.key', ['batch', 3, 'past', 64 * 60]);
    expect(rowsTogether(cached, 200)).toBeGreaterThan(16);
    expect(rowsTogether(cached, 5500)).toBe(4);
    expect(rowsTogether(cached, 1_000_000)).toBe(1);
    expect(rowsTogether(io([tokens]), 5500)).toBeGreaterThan(16);
  });
});
