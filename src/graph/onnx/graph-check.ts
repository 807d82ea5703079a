import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { externalLocation } from './external-location.ts';
import {
  TensorProto_DataType as DataType,
  type GraphProto,
  type NodeProto,
  type TensorProto,
} from './onnx_pb.ts';

/** Inputs, outputs or attributes of one node; those of real ones are a few hundred at most. */
const MOST_PARTS = 4096;

const fail = (what: string) =>
  new EngineError('bad-input', `The model file is damaged or was tampered with: ${what}; load it again.`);

function checkNode(node: NodeProto): void {
  const parts = Math.max(node.input.length, node.output.length, node.attribute.length);
  if (parts > MOST_PARTS)
    throw fail(
      `the node "${shownName(node.name)}" of the type ${shownName(node.opType)} has ${parts} inputs, outputs or attributes`,
    );
}

const isKnownType = (type: number) => type !== DataType.UNDEFINED && DataType[type] !== undefined;

function checkTensor(tensor: TensorProto): void {
  const name = shownName(tensor.name);
  if (!isKnownType(tensor.dataType))
    throw new EngineError(
      'unsupported-model',
      `The weight "${name}" has the element type ${tensor.dataType}, which is not known; export the model again.`,
    );
  const elements = tensor.dims.reduce((product, dim) => product * Number(dim), 1);
  if (tensor.dims.some((dim) => dim < 0n) || !Number.isSafeInteger(elements))
    throw fail(`the weight "${name}" has the shape ${shownName(tensor.dims.join(' x '))}`);
  const place = externalLocation(tensor);
  if (!place) return;
  const { offset, length = 0, location } = place;
  if (![offset, length].every((value) => Number.isSafeInteger(value) && value >= 0))
    throw fail(`the weight "${name}" lies at byte ${offset} of its data file, ${length} bytes long`);
  if (/^([\\/]|[a-z]+:)/i.test(location))
    throw new EngineError(
      'bad-input',
      `The model keeps weights at "${shownName(location)}", which is no file beside it; choose a model whose data files lie in its folder.`,
    );
}

/** Refuses a graph in which one name stands for two values. */
function checkNames({ node: nodes, initializer }: GraphProto): Map<string, NodeProto> {
  const weights = new Set<string>();
  for (const { name } of initializer) {
    if (weights.has(name)) throw fail(`it has the weight "${shownName(name)}" twice`);
    weights.add(name);
  }
  const makers = new Map<string, NodeProto>();
  for (const node of nodes) {
    for (const value of node.output) {
      if (value === '') continue;
      if (makers.has(value) || weights.has(value))
        throw fail(`it makes the value "${shownName(value)}" twice`);
      makers.set(value, node);
    }
  }
  return makers;
}

/** Refuses a graph whose nodes wait for each other, by taking away what can be computed until nothing is left. */
function checkOrder({ node: nodes }: GraphProto, makers: ReadonlyMap<string, NodeProto>): void {
  const waits = new Map<NodeProto, number>();
  const readers = new Map<NodeProto, NodeProto[]>();
  const ready: NodeProto[] = [];
  for (const node of nodes) {
    const before = new Set<NodeProto>();
    for (const value of node.input) {
      const maker = makers.get(value);
      if (maker) before.add(maker);
    }
    waits.set(node, before.size);
    if (before.size === 0) ready.push(node);
    for (const maker of before) {
      const known = readers.get(maker);
      if (known) known.push(node);
      else readers.set(maker, [node]);
    }
  }
  let done = 0;
  for (let node = ready.pop(); node; node = ready.pop()) {
    done++;
    for (const reader of readers.get(node) ?? []) {
      const left = (waits.get(reader) ?? 0) - 1;
      waits.set(reader, left);
      if (left === 0) ready.push(reader);
    }
  }
  if (done < nodes.length) throw fail('its nodes wait for each other in a circle');
}

/** How often the bytes that are there may be taken by weights, and weights by layers, where some share them. */
const MOST_SHARED = 8;
/** Weights of a byte at most: no type has fewer than two bits. */
const WEIGHTS_PER_BYTE = 4;

/**
 * Refuses weights that lie on one another, or layers that share theirs, so often that a small file would stand for any
 * amount of work.
 * @param bytes of all files
 */
export function checkSharing(
  weights: readonly Uint8Array[],
  layers: readonly { readonly width: number; readonly hidden: number }[],
  bytes: number,
): void {
  const taken = weights.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (taken > MOST_SHARED * bytes)
    throw fail(`its weights take ${taken} bytes of files that have ${bytes}, so many lie on one another`);
  const read = layers.reduce((sum, { width, hidden }) => sum + width * hidden, 0);
  if (read > MOST_SHARED * WEIGHTS_PER_BYTE * bytes)
    throw fail(`its layers have ${read} weights in files of ${bytes} bytes, so many share them`);
}

/**
 * Checks what a decoded graph promises before anything is made of it: sizes, types and places of weights, names, and the
 * order of its nodes.
 * @throws EngineError
 */
export function checkGraph(graph: GraphProto): void {
  for (const node of graph.node) checkNode(node);
  for (const tensor of graph.initializer) checkTensor(tensor);
  checkOrder(graph, checkNames(graph));
}
