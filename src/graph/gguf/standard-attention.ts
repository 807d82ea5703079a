import { CAUSAL_BIAS, HIDDEN, KEY_POSITIONS } from '../onnx/branches.ts';
import { attr, floatTensor, int64Tensor, node, valueInfo } from '../onnx/builders.ts';
import { DataType } from '../onnx/model.ts';
import type { AttentionInputs } from './attention-inputs.ts';
import { type Build, MICROSOFT } from './graph-build.ts';

const LOCAL_BIAS = 'local_bias';

/** Positions and what each token sees; from these, what it sees through a window. */
export function standardInputs(build: Build): void {
  const { window } = build.config;
  build.inputs.push(
    valueInfo('position_ids', DataType.INT64, ['batch_size', 'sequence_length']),
    valueInfo(CAUSAL_BIAS, DataType.FLOAT, ['one', 1, 'sequence_length', 'total_sequence_length']),
  );
  if (!window) return;
  build.inputs.push(valueInfo(KEY_POSITIONS, DataType.INT64, ['total_sequence_length']));
  build.initializers.push(
    int64Tensor('first_row', [1], [0]),
    int64Tensor('last_axis', [1], [-1]),
    int64Tensor('window_positions', [], [window.positions]),
    floatTensor('hidden_score', [], [HIDDEN]),
    floatTensor('seen_score', [], [0]),
  );
  build.nodes.push(
    node('Gather', ['position_ids', 'first_row'], ['row_positions'], { axis: attr.int(0) }),
    node('Unsqueeze', ['row_positions', 'last_axis'], ['query_positions']),
    node('Sub', ['query_positions', KEY_POSITIONS], ['distances']),
    node('GreaterOrEqual', ['distances', 'window_positions'], ['is_outside']),
    node('Where', ['is_outside', 'hidden_score', 'seen_score'], ['window_bias']),
    node('Add', [CAUSAL_BIAS, 'window_bias'], [LOCAL_BIAS]),
  );
}

/**
 * The standard operator, many times as fast as GroupQueryAttention in WebAssembly. Queries and keys are turned before;
 * what a token sees is said by a bias.
 */
export function standardAttention(build: Build, at: string, inputs: AttentionInputs): void {
  const { heads, kvHeads, headDim, attentionScale } = build.config;
  const { past, present, tables, window } = inputs;
  let { query, key, value } = inputs;
  if (key === '') {
    const sizes = `heads_of_${heads}_${kvHeads}`;
    if (!build.initializers.some(({ name }) => name === sizes))
      build.initializers.push(
        int64Tensor(
          sizes,
          [3],
          [heads, kvHeads, kvHeads].map((count) => count * headDim),
        ),
      );
    const parts = [`${at}.q`, `${at}.k`, `${at}.v`] as const;
    build.nodes.push(node('Split', [query, sizes], parts, { axis: attr.int(-1) }));
    [query, key, value] = parts;
  }
  const turned = (x: string, count: number) => {
    const numHeads = { num_heads: attr.int(count) };
    build.nodes.push(
      node('RotaryEmbedding', [x, 'position_ids', ...tables], [`${x}.turned`], numHeads, MICROSOFT),
    );
    return `${x}.turned`;
  };
  const bias = window === undefined ? CAUSAL_BIAS : LOCAL_BIAS;
  build.nodes.push(
    node(
      'Attention',
      [turned(query, heads), turned(key, kvHeads), value, bias, ...past],
      [`${at}.heads`, ...present],
      {
        q_num_heads: attr.int(heads),
        kv_num_heads: attr.int(kvHeads),
        scale: attr.float(attentionScale),
      },
    ),
  );
}
