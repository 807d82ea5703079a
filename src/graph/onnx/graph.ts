import { DataType, type GraphProto, type NodeProto, type TensorProto } from './model.ts';
import { inferRanks } from './ranks.ts';

/** Who makes and who reads the values of a graph. Subgraphs (If, Loop) are not entered. */
export interface GraphIndex {
  readonly graph: GraphProto;
  /** The node that makes a value; undefined for graph inputs and initialisers. */
  producer(value: string): NodeProto | undefined;
  /** The nodes that read a value, each once. */
  consumers(value: string): readonly NodeProto[];
  /** The tensor behind an initialiser or the output of a Constant node. */
  constant(value: string): TensorProto | undefined;
  /** True where a value is fixed: a constant, or made from constants by Cast, Identity and the like. */
  isConstant(value: string): boolean;
  /** Number of dimensions where it can be told; undefined otherwise. */
  rank(value: string): number | undefined;
  /** True where the graph outputs the value itself. */
  isOutput(value: string): boolean;
}

const constantKeeping = new Set([
  'Cast',
  'Identity',
  'Unsqueeze',
  'Squeeze',
  'Reshape',
  'Transpose',
  'Sqrt',
  'Neg',
  'Reciprocal',
]);

/** Indexes a graph. It is a snapshot: edits made afterwards do not show. */
export function indexGraph(graph: GraphProto): GraphIndex {
  const producers = new Map<string, NodeProto>();
  const consumers = new Map<string, NodeProto[]>();
  const constants = new Map(graph.initializer.map((tensor) => [tensor.name, tensor]));
  const outputs = new Set(graph.output.map((output) => output.name));
  for (const node of graph.node) {
    for (const output of node.output) if (output !== '') producers.set(output, node);
    for (const input of new Set(node.input)) {
      const readers = consumers.get(input);
      if (readers) readers.push(node);
      else consumers.set(input, [node]);
    }
    const value = node.opType === 'Constant' ? constantValue(node) : undefined;
    if (value && node.output[0] !== undefined) constants.set(node.output[0], value);
  }
  const ranks = inferRanks(graph, constants);

  function isConstant(value: string): boolean {
    let name: string | undefined = value;
    for (let depth = 0; name !== undefined && depth < 8; depth++) {
      if (constants.has(name)) return true;
      const node = producers.get(name);
      if (!node) return false;
      if (node.opType === 'Constant') return true;
      if (!constantKeeping.has(node.opType)) return false;
      name = node.input[0];
    }
    return false;
  }

  return {
    graph,
    producer: (value) => producers.get(value),
    consumers: (value) => consumers.get(value) ?? [],
    constant: (value) => constants.get(value),
    isConstant,
    rank: (value) => ranks.get(value),
    isOutput: (value) => outputs.has(value),
  };
}

function constantValue(node: NodeProto): TensorProto | undefined {
  return node.attribute.find((attribute) => attribute.name === 'value')?.t;
}

/** A larger first dimension says nothing of what the graph takes. */
const MOST_LANES = 2n ** 31n;

/** Name and dimensions of the graph input that carries the prompt: token ids [lanes, length], or embeddings [lanes, length, hidden]. */
export function promptInput(graph: GraphProto): { name: string; lanes: number | string } | undefined {
  const initializers = new Set(graph.initializer.map((tensor) => tensor.name));
  const candidates = graph.input.filter((input) => !initializers.has(input.name));
  const input =
    candidates.find(({ name }) => name === 'input_ids') ??
    candidates.find(({ name }) => name === 'inputs_embeds') ??
    candidates.find(({ type }) => {
      const tensor = type?.value.case === 'tensorType' ? type.value.value : undefined;
      const integer = tensor?.elemType === DataType.INT64 || tensor?.elemType === DataType.INT32;
      return integer && tensor?.shape?.dim.length === 2;
    });
  if (!input) return undefined;
  const first =
    input.type?.value.case === 'tensorType' ? input.type.value.value.shape?.dim[0]?.value : undefined;
  if (first?.case === 'dimValue' && first.value < MOST_LANES)
    return { name: input.name, lanes: Number(first.value) };
  return { name: input.name, lanes: first?.case === 'dimParam' ? first.value : 'lanes' };
}
