import { EngineError } from '../../lib/errors.ts';
import { attr, int64Tensor, node, valueInfo } from './builders.ts';
import type { FoundDownProjection } from './down-projections.ts';
import type { GraphEdit } from './edit.ts';
import type { GraphIndex } from './graph.ts';
import { DataType, type NodeProto } from './model.ts';
import type { Projection } from './projections.ts';
import type { FloatType } from './types.ts';

/** The values of one layer that are read, all of three dimensions [lanes, length, ...]. */
export interface LayerValues {
  /** Input of the down projection before scaling, [lanes, length, width]. */
  readonly z: string;
  /** Output of the down projection without bias, [lanes, length, hidden]. */
  readonly output: string;
  readonly type: DataType.FLOAT | DataType.FLOAT16;
  readonly scaleInput: string;
  readonly scaleType: FloatType;
}

/** What all layers share. */
export interface Frame {
  /** The graph input [lanes, length, ...] that tells lanes and length. */
  readonly prompt: string;
  /** The declared size of its first dimension. */
  readonly lanes: number | string;
  /** The declared size of the scales' second dimension: 1, or open where positions of one run may differ. */
  readonly steps: number | string;
}

const rowShape = 'neuron_row_shape';

/** Adds the shape [lanes, length, -1], by which values that fold lanes and length into one dimension are unfolded. */
export function addRowShape(edit: GraphEdit, frame: Frame): void {
  edit.addInitializer(int64Tensor('neuron_zero', [1], [0]));
  edit.addInitializer(int64Tensor('neuron_two', [1], [2]));
  edit.addInitializer(int64Tensor('neuron_rest', [1], [-1]));
  edit.prepend(
    node('Shape', [frame.prompt], ['neuron_prompt_shape']),
    node('Slice', ['neuron_prompt_shape', 'neuron_zero', 'neuron_two'], ['neuron_lanes_length']),
    node('Concat', ['neuron_lanes_length', 'neuron_rest'], [rowShape], { axis: attr.int(0) }),
  );
}

/** Makes the entry of a projection its own: a quantiser that others read too is doubled. */
function ownEntry(index: GraphIndex, edit: GraphEdit, projection: Projection, layer: number): NodeProto {
  const { entry, users } = projection;
  const copy = edit.rewrite(entry);
  if (entry === projection.node) return copy;
  const shared = entry.output.some(
    (value) => index.isOutput(value) || index.consumers(value).some((reader) => !users.includes(reader)),
  );
  if (!shared) return copy;
  const renamed = new Map(entry.output.map((value, at) => [value, `neuron_quantized.${layer}.${at}`]));
  const double = node(entry.opType, entry.input, [...renamed.values()]);
  for (const user of users) {
    const rewritten = edit.rewrite(user);
    rewritten.input = rewritten.input.map((value) => renamed.get(value) ?? value);
  }
  edit.after(entry, double);
  return double;
}

/** Where the scale goes: a node that reads z, and z itself. */
function scalePoint(index: GraphIndex, edit: GraphEdit, projection: Projection, layer: number) {
  const { activation, entry } = projection;
  const fold = index.producer(activation);
  const before = fold?.input[0] ?? '';
  const folds = fold?.opType === 'Reshape' && index.rank(before) === 3 && index.rank(activation) === 2;
  if (fold && folds && index.consumers(activation).length === 1 && !index.isOutput(activation)) {
    return { anchor: fold, reader: edit.rewrite(fold), value: before, rank: 3 };
  }
  const reader = ownEntry(index, edit, projection, layer);
  return { anchor: entry, reader, value: activation, rank: index.rank(activation) };
}

/** Takes the bias out of a projection and adds it behind; returns the value before it. */
function withoutBias(edit: GraphEdit, projection: Projection, layer: number): string {
  const { biasInput, output } = projection;
  if (biasInput === undefined) return output;
  const rewritten = edit.rewrite(projection.node);
  const bias = rewritten.input[biasInput] ?? '';
  const bare = `neuron_unbiased.${layer}`;
  rewritten.input = rewritten.input.slice(0, biasInput);
  while (rewritten.input.at(-1) === '') rewritten.input.pop();
  rewritten.output = [bare];
  edit.after(projection.node, node('Add', [bare, bias], [output]));
  return bare;
}

/**
 * Multiplies the input of one down projection, and nothing else, by a new required graph input
 * `neuron_scale.{layer}` [lanes, 1, width], and names the values to be captured.
 * @throws EngineError `unsupported-model` for activations that are neither float32 nor float16
 */
export function scaleLayer(
  index: GraphIndex,
  edit: GraphEdit,
  { projection, layer, width }: FoundDownProjection,
  frame: Frame,
): LayerValues {
  const { type } = projection;
  if (type !== DataType.FLOAT && type !== DataType.FLOAT16) {
    throw new EngineError(
      'unsupported-model',
      'The model computes neither in float32 nor in float16; choose another export of it.',
    );
  }
  const scaleInput = `neuron_scale.${layer}`;
  const scaled = `neuron_scaled.${layer}`;
  edit.addInput(valueInfo(scaleInput, type, [frame.lanes, frame.steps, width]));

  const point = scalePoint(index, edit, projection, layer);
  let z = point.value;
  if (point.rank === 3) {
    edit.before(point.anchor, node('Mul', [z, scaleInput], [scaled]));
  } else {
    z = `neuron_rows.${layer}`;
    edit.before(
      point.anchor,
      node('Reshape', [point.value, rowShape], [z]),
      node('Mul', [z, scaleInput], [`${scaled}.rows`]),
      node('Shape', [point.value], [`${scaled}.shape`]),
      node('Reshape', [`${scaled}.rows`, `${scaled}.shape`], [scaled]),
    );
  }
  point.reader.input = point.reader.input.map((input) => (input === point.value ? scaled : input));

  let output = withoutBias(edit, projection, layer);
  if (index.rank(projection.activation) !== 3) {
    edit.append(node('Reshape', [output, rowShape], [`neuron_output_rows.${layer}`]));
    output = `neuron_output_rows.${layer}`;
  }
  const scaleType = type === DataType.FLOAT ? 'float32' : 'float16';
  return { z, output, type, scaleInput, scaleType };
}
