import { create } from '@bufbuild/protobuf';
import { attr, externalTensor, node } from './builders.ts';
import { denseWeight } from './dequantise-weights.ts';
import { dataLocations } from './external.ts';
import { type GraphIndex, indexGraph } from './graph.ts';
import { DataType, type GraphProto, type ModelProto, type NodeProto, opsetVersion } from './model.ts';
import { GraphProtoSchema, ModelProtoSchema, OperatorSetIdProtoSchema } from './onnx_pb.ts';
import { findProjections, type Projection } from './projections.ts';
import type { ExternalData } from './types.ts';

const MICROSOFT = 'com.microsoft';

export interface Dequantised {
  readonly model: ModelProto;
  /** The data files given, as far as the graph still reads them, and those of the dense weights. */
  readonly externalData: readonly ExternalData[];
  /** Of the weights that were quantised, those held as float32 now, and those kept, most because the budget was spent. */
  readonly dense: number;
  readonly kept: number;
  /** What the weights were, for people: "4-bit blocks", "8-bit integers"; empty where none were quantised. */
  readonly were: string;
}

function isQuantised({ weight, fused }: Projection): boolean {
  return fused === undefined && (weight.form !== 'matrix' || weight.quantization !== undefined);
}

const INTEGER_BITS: Readonly<Partial<Record<number, number>>> = {
  [DataType.INT4]: 4,
  [DataType.UINT4]: 4,
  [DataType.INT16]: 16,
  [DataType.UINT16]: 16,
};

function kindOf({ weight }: Projection): string {
  if (weight.form === 'blocks') return `${weight.bits}-bit blocks`;
  if (weight.form === 'bnb4') return `4-bit ${weight.code.toUpperCase()}`;
  return `${INTEGER_BITS[weight.tensor.dataType] ?? 8}-bit integers`;
}

const picking = new Set(['Unsqueeze', 'Gather', 'Slice']);

const isFloat = ({ type }: Projection) => type === DataType.FLOAT || type === DataType.UNDEFINED;

/**
 * Whether a product in half precision reads positions that the graph picks itself, as heads do: a Cast between would hide
 * from `pickLogits` that these are not all.
 */
function hidesPicking(index: GraphIndex, projection: Projection): boolean {
  const maker = index.producer(projection.activation);
  return !isFloat(projection) && maker !== undefined && picking.has(maker.opType);
}

/** The nodes of a product with a dense weight; inputs and outputs keep their element type. */
function denseProduct(projection: Projection, weight: string, transposed: boolean): NodeProto[] {
  const { node: original, activation, output, biasInput, alpha, type } = projection;
  const bias = biasInput === undefined ? undefined : original.input[biasInput];
  const name = original.name === '' ? output : original.name;
  const nodes: NodeProto[] = [];
  const add = (...[opType, inputs, outputs, attributes, options]: Parameters<typeof node>) =>
    nodes.push(node(opType, inputs, outputs, attributes, { name: `${name}.${opType}`, ...options }));
  let x = activation;
  const half = !isFloat(projection);
  if (half) {
    x = `${output}.input`;
    add('Cast', [activation], [x], { to: attr.int(DataType.FLOAT) }, { name: `${name}.input` });
  }
  const product = bias === undefined ? output : `${output}.product`;
  const float = half ? `${product}.float` : product;
  const attributes = { transB: attr.int(transposed ? 1 : 0), alpha: attr.float(alpha) };
  add('FusedMatMul', [x, weight], [float], attributes, { domain: MICROSOFT, name });
  if (half) add('Cast', [float], [product], { to: attr.int(type) });
  if (bias !== undefined) add('Add', [product, bias], [output]);
  return nodes;
}

/** Drops nodes and initialisers that no output needs any more; old models list initialisers among the inputs, too. */
function prune(graph: GraphProto): void {
  const initial = new Set(graph.initializer.map(({ name }) => name));
  const makers = new Map(graph.node.flatMap((each) => each.output.map((value) => [value, each] as const)));
  const read = new Set<string>();
  const needed = new Set<NodeProto>();
  const open = graph.output.map(({ name }) => name);
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (read.has(value)) continue;
    read.add(value);
    const maker = value === '' ? undefined : makers.get(value);
    if (!maker || needed.has(maker)) continue;
    needed.add(maker);
    open.push(...maker.input);
    for (const { g } of maker.attribute) for (const inside of readInside(g)) open.push(inside);
  }
  graph.node = graph.node.filter((each) => needed.has(each));
  graph.initializer = graph.initializer.filter(({ name }) => read.has(name));
  graph.input = graph.input.filter(({ name }) => read.has(name) || !initial.has(name));
}

/** Values that a subgraph reads, its own ones included. */
function readInside(graph: GraphProto | undefined): string[] {
  if (!graph) return [];
  const inner = graph.node.flatMap(({ input, attribute }) => [
    ...input,
    ...attribute.flatMap(({ g }) => readInside(g)),
  ]);
  return [...inner, ...graph.output.map(({ name }) => name)];
}

/**
 * Holds the quantised weights of all products as dense float32, which CPUs multiply several times faster, and without
 * rounding activations to integers. Other users of a quantised weight, as the embedding, keep it.
 * @param budget bytes that the dense weights may take; beyond it the rest, in the graph's order, stays as it is
 * @returns a new model; the one given stays as it is
 * @throws EngineError `bad-input` for damaged weights and missing data files
 */
export function dequantise(
  model: ModelProto,
  external: readonly ExternalData[],
  { budget }: { readonly budget: number },
): Dequantised {
  const { graph } = model;
  const index = graph && indexGraph(graph);
  const quantised = index ? [...findProjections(index).values()].filter(isQuantised) : [];
  const were = [...new Set(quantised.map(kindOf))].sort().join(', ');
  const unchanged = { model, externalData: external, dense: 0, kept: quantised.length, were };
  if (!graph || !index || quantised.length === 0) return unchanged;

  const replacements = new Map<string, NodeProto[]>();
  const data: ExternalData[] = [];
  const initializers = [...graph.initializer];
  const taken = new Set([...external.map(({ path }) => path), ...initializers.map(({ name }) => name)]);
  let left = budget;
  for (const projection of quantised) {
    const bytes = 4 * projection.inputs * projection.outputs;
    if (bytes > left || hidesPicking(index, projection)) continue;
    left -= bytes;
    const { values, transposed } = denseWeight(projection, external);
    // Names of data files must not look like paths, and those of values often do.
    let name = `dense.${data.length}`;
    while (taken.has(name)) name = `${name}_`;
    taken.add(name);
    const dims = transposed
      ? [projection.outputs, projection.inputs]
      : [projection.inputs, projection.outputs];
    data.push({ path: name, data: new Uint8Array(values.buffer) });
    initializers.push(externalTensor(name, DataType.FLOAT, dims, name, 0, values.byteLength));
    replacements.set(projection.output, denseProduct(projection, name, transposed));
  }
  if (replacements.size === 0) return unchanged;

  const nodes = graph.node.flatMap((each) => {
    const output = each.output.find((value) => replacements.has(value));
    return output === undefined ? [each] : (replacements.get(output) ?? []);
  });
  const changed = create(GraphProtoSchema, { ...graph, node: nodes, initializer: initializers });
  changed.$unknown = graph.$unknown;
  prune(changed);
  const imports = opsetVersion(model, MICROSOFT)
    ? model.opsetImport
    : [...model.opsetImport, create(OperatorSetIdProtoSchema, { domain: MICROSOFT, version: 1n })];
  const result = create(ModelProtoSchema, { ...model, graph: changed, opsetImport: imports });
  result.$unknown = model.$unknown;
  const locations = new Set(dataLocations(result));
  return {
    model: result,
    externalData: [...external, ...data].filter(({ path }) => locations.has(path)),
    dense: replacements.size,
    kept: quantised.length - replacements.size,
    were,
  };
}
