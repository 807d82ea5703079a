import { traceHiddenLayer } from '../../graph/onnx/activations.ts';
import type { Detection, FoundDownProjection } from '../../graph/onnx/down-projections.ts';
import type { GraphIndex } from '../../graph/onnx/graph.ts';
import type { NodeProto } from '../../graph/onnx/model.ts';
import type { Projection } from '../../graph/onnx/projections.ts';
import { tensorValues } from '../../graph/onnx/tensor-data.ts';
import { EngineError } from '../../lib/errors.ts';
import type { ModuleName } from './mlp-weights.ts';

/** A projection that holds a module's weights, alone or beside the other half of a product for gate and up. */
export interface ModuleProjection {
  readonly projection: Projection;
  /** The first of the outputs that are the module's; 0 for the down projection. */
  readonly from: number;
}

export type LayerModules = Readonly<Partial<Record<ModuleName, ModuleProjection>>>;

/** A part of what the projections before the hidden layer give, and the value that holds it. */
type Part = ModuleProjection & { readonly value: string };

const KEEPING = new Set(['Cast', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze', 'Dropout']);
const LONGEST = 8;

const others = ({ input }: NodeProto, value: string) => input.filter((name) => name !== value && name !== '');

/** The value behind biases, casts and changes of shape, where nothing else reads the one before. */
function carried(index: GraphIndex, value: string): string {
  let name = value;
  for (let depth = 0; depth < LONGEST; depth++) {
    const readers = index.consumers(name);
    const [reader] = readers;
    const keeps =
      reader &&
      (KEEPING.has(reader.opType) ||
        (reader.opType === 'Add' && others(reader, name).every((other) => index.isConstant(other))));
    if (readers.length !== 1 || !keeps) return name;
    name = reader.output[0] ?? name;
  }
  return name;
}

/** The up projection is multiplied as it is, with the activated gate; the gate meets an activation function. */
function isUp(index: GraphIndex, value: string): boolean {
  const name = carried(index, value);
  const readers = index.consumers(name);
  if (readers.length !== 1 || readers[0].opType !== 'Mul') return false;
  const [other] = others(readers[0], name);
  return other !== undefined && !index.isConstant(other);
}

/** The first index that a slice takes; undefined where it is not fixed. */
function startOf(index: GraphIndex, { input }: NodeProto): number | undefined {
  const starts = index.constant(input[1] ?? '');
  return starts && tensorValues(starts, [])[0];
}

/** The halves of a product for gate and up, which a Split or two Slices take apart. */
function halves(index: GraphIndex, projection: Projection, width: number): Part[] {
  const value = carried(index, projection.output);
  const readers = index.consumers(value);
  const [first] = readers;
  if (readers.length === 1 && first.opType === 'Split' && first.output.length === 2)
    return first.output.map((output, i) => ({ projection, from: i * width, value: output }));
  return readers.flatMap((reader) => {
    const start = reader.opType === 'Slice' ? startOf(index, reader) : undefined;
    const [output = ''] = reader.output;
    return start === 0 || start === width ? [{ projection, from: start, value: output }] : [];
  });
}

/**
 * Finds the projections of a layer's MLP: up and down, and the gate of models that have one.
 * @throws EngineError `unsupported-model` where they cannot be told apart
 */
export function layerModules({ index, projections }: Detection, layer: FoundDownProjection): LayerModules {
  const { projection: down, width } = layer;
  const sources = traceHiddenLayer(index, projections, down.activation)?.sources ?? [];
  const parts = sources.flatMap((projection): Part[] => {
    if (projection.outputs === width) return [{ projection, from: 0, value: projection.output }];
    return projection.outputs === 2 * width ? halves(index, projection, width) : [];
  });
  const found = { down: { projection: down, from: 0 } };
  if (parts.length === 1 && sources.length === 1) return { up: parts[0], ...found };
  const ups = parts.filter(({ value }) => isUp(index, value));
  const gates = parts.filter(({ value }) => !isUp(index, value));
  if (ups.length === 1 && gates.length === 1) return { gate: gates[0], up: ups[0], ...found };
  throw new EngineError(
    'unsupported-model',
    `Gate and up projection of layer ${layer.layer} cannot be told apart in the export's graph; choose another export, or a GGUF file.`,
  );
}
