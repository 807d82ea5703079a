import { attr, int64Tensor, node, valueInfo } from './builders.ts';
import type { GraphEdit } from './edit.ts';
import { DataType } from './model.ts';
import type { LayerValues } from './scale.ts';

export const captureNames = {
  activations: 'neuron_z',
  outputNorms: 'neuron_out_norm',
  capturePositions: 'capture_positions',
} as const;

interface CaptureShape {
  readonly lanes: number | string;
  readonly hidden: number;
  readonly total: number;
  /** Inputs that one Concat may have. */
  readonly maxInputs: number;
  /** The model's version of the standard operator set. */
  readonly opset: number;
}

function groupsOf<T>(items: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );
}

/**
 * Picks the captured positions of values [lanes, length, n] and joins them along the last axis. The positions are
 * picked after the first round of Concats: few operators for one position, no tensor of all positions and layers
 * for many. Returns the joined value.
 */
function gatherAll(edit: GraphEdit, values: readonly string[], prefix: string, maxInputs: number): string {
  const join = (group: readonly string[], name: string) => {
    if (group.length === 1 && group[0] !== undefined) return group[0];
    edit.append(node('Concat', group, [name], { axis: attr.int(-1) }));
    return name;
  };
  let round = groupsOf(values, maxInputs).map((group, at) => {
    const joined = join(group, `${prefix}.group${at}`);
    const picked = `${prefix}.picked${at}`;
    edit.append(node('Gather', [joined, captureNames.capturePositions], [picked], { axis: attr.int(1) }));
    return picked;
  });
  for (let depth = 0; round.length > 1; depth++) {
    round = groupsOf(round, maxInputs).map((group, at) => join(group, `${prefix}.round${depth}.${at}`));
  }
  return round[0] ?? '';
}

/** Casts values to one type where layers differ. */
function sameType(edit: GraphEdit, values: readonly { name: string; type: DataType }[]) {
  if (values.every(({ type }) => type === values[0]?.type)) {
    return { names: values.map(({ name }) => name), type: values[0]?.type ?? DataType.FLOAT };
  }
  const names = values.map(({ name, type }) => {
    if (type === DataType.FLOAT) return name;
    edit.append(node('Cast', [name], [`${name}.float32`], { to: attr.int(DataType.FLOAT) }));
    return `${name}.float32`;
  });
  return { names, type: DataType.FLOAT };
}

/** Appends a Cast to float32 under a given name; an Identity where the value is float32 already. */
function asFloat32(edit: GraphEdit, value: string, type: DataType, result: string): void {
  const isFloat = type === DataType.FLOAT;
  edit.append(
    isFloat
      ? node('Identity', [value], [result])
      : node('Cast', [value], [result], { to: attr.int(DataType.FLOAT) }),
  );
}

/**
 * Adds the input `capture_positions` and the outputs `neuron_z` [lanes, captured, total] and `neuron_out_norm`
 * [lanes, captured, layers]. Squares are summed in float32 (in float16 they overflow).
 */
export function captureNeurons(edit: GraphEdit, layers: readonly LayerValues[], shape: CaptureShape): void {
  const { activations, outputNorms, capturePositions } = captureNames;
  const { lanes, hidden, total, maxInputs, opset } = shape;
  edit.addInput(valueInfo(capturePositions, DataType.INT64, ['captured']));

  const z = sameType(
    edit,
    layers.map((layer) => ({ name: layer.z, type: layer.type })),
  );
  asFloat32(edit, gatherAll(edit, z.names, 'neuron_z', maxInputs), z.type, activations);
  edit.addOutput(valueInfo(activations, DataType.FLOAT, [lanes, 'captured', total]));

  const out = sameType(
    edit,
    layers.map((layer) => ({ name: layer.output, type: layer.type })),
  );
  asFloat32(edit, gatherAll(edit, out.names, 'neuron_output', maxInputs), out.type, 'neuron_output.float32');
  edit.addInitializer(int64Tensor('neuron_output.shape', [4], [0, 0, layers.length, hidden]));
  edit.append(node('Reshape', ['neuron_output.float32', 'neuron_output.shape'], ['neuron_output.layers']));
  const keepdims = attr.int(0);
  if (opset >= 18) {
    edit.addInitializer(int64Tensor('neuron_output.axes', [1], [-1]));
    edit.append(
      node('ReduceL2', ['neuron_output.layers', 'neuron_output.axes'], [outputNorms], { keepdims }),
    );
  } else {
    edit.append(
      node('ReduceL2', ['neuron_output.layers'], [outputNorms], { axes: attr.ints([-1]), keepdims }),
    );
  }
  edit.addOutput(valueInfo(outputNorms, DataType.FLOAT, [lanes, 'captured', layers.length]));
}
