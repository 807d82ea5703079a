import { BRANCH_BIAS } from '../onnx/branches.ts';
import { attr, int64Tensor, node, valueInfo } from '../onnx/builders.ts';
import { DataType } from '../onnx/model.ts';
import type { AttentionInputs } from './attention-inputs.ts';
import { type Build, MICROSOFT } from './graph-build.ts';

/** Lengths that GroupQueryAttention wants, from the attention mask that every exporter's graph takes. */
export function groupedInputs(build: Build): void {
  build.inputs.push(valueInfo('attention_mask', DataType.INT64, ['batch_size', 'total_sequence_length']));
  if (build.branches)
    build.inputs.push(
      valueInfo('position_ids', DataType.INT64, ['batch_size', 'sequence_length']),
      valueInfo(BRANCH_BIAS, DataType.FLOAT, ['one', 1, 'sequence_length', 'total_sequence_length']),
    );
  build.initializers.push(
    int64Tensor('axis_1', [1], [1]),
    int64Tensor('one', [], [1]),
    int64Tensor('index_1', [], [1]),
  );
  build.nodes.push(
    node('ReduceSum', ['attention_mask', 'axis_1'], ['mask_lengths'], { keepdims: attr.int(0) }),
    node('Sub', ['mask_lengths', 'one'], ['last_positions']),
    node('Cast', ['last_positions'], ['seqlens_k'], { to: attr.int(DataType.INT32) }),
    node('Shape', ['attention_mask'], ['mask_shape']),
    node('Gather', ['mask_shape', 'index_1'], ['mask_width']),
    node('Cast', ['mask_width'], ['total_sequence_length'], { to: attr.int(DataType.INT32) }),
  );
}

/** ONNX Runtime's own operator: turns queries and keys, and continues a cache in place. */
export function groupedAttention(build: Build, at: string, inputs: AttentionInputs): void {
  const { heads, kvHeads, attentionScale } = build.config;
  const { query, key, value, past, present, tables, window } = inputs;
  build.nodes.push(
    node(
      'GroupQueryAttention',
      [
        ...[query, key, value, ...past, 'seqlens_k', 'total_sequence_length', ...tables],
        ...(build.branches ? ['position_ids', BRANCH_BIAS] : []),
      ],
      [`${at}.heads`, ...present],
      {
        num_heads: attr.int(heads),
        kv_num_heads: attr.int(kvHeads),
        do_rotary: attr.int(1),
        scale: attr.float(attentionScale),
        ...(window === undefined ? {} : { local_window_size: attr.int(window) }),
      },
      MICROSOFT,
    ),
  );
}
