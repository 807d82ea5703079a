import { clone, create } from '@bufbuild/protobuf';
import type { GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto } from './model.ts';
import { GraphProtoSchema, ModelProtoSchema, NodeProtoSchema } from './onnx_pb.ts';

/** Edits of a graph, collected and then applied to a copy; the graph itself and its tensors stay as they are. */
export interface GraphEdit {
  /** A copy of a node that takes its place; change it at will. */
  rewrite(node: NodeProto): NodeProto;
  /** Adds nodes at the start of the graph. */
  prepend(...nodes: NodeProto[]): void;
  before(anchor: NodeProto, ...nodes: NodeProto[]): void;
  after(anchor: NodeProto, ...nodes: NodeProto[]): void;
  /** Adds nodes at the end of the graph. */
  append(...nodes: NodeProto[]): void;
  addInitializer(tensor: TensorProto): void;
  addInput(info: ValueInfoProto): void;
  addOutput(info: ValueInfoProto): void;
  replaceOutput(info: ValueInfoProto): void;
  /** Drops declared shapes that no longer hold. */
  forgetShapes(values: Iterable<string>): void;
  /** The model with all edits, unknown fields kept. */
  apply(model: ModelProto): ModelProto;
}

function collect(map: Map<NodeProto, NodeProto[]>, anchor: NodeProto, nodes: readonly NodeProto[]): void {
  map.set(anchor, [...(map.get(anchor) ?? []), ...nodes]);
}

/** Starts an edit of a graph. */
export function editGraph(graph: GraphProto): GraphEdit {
  const copies = new Map<NodeProto, NodeProto>();
  const earlier = new Map<NodeProto, NodeProto[]>();
  const later = new Map<NodeProto, NodeProto[]>();
  const first: NodeProto[] = [];
  const last: NodeProto[] = [];
  const initializers: TensorProto[] = [];
  const inputs: ValueInfoProto[] = [];
  const outputs: ValueInfoProto[] = [];
  const replaced = new Map<string, ValueInfoProto>();
  const forgotten = new Set<string>();

  function nodes(): NodeProto[] {
    const inner = graph.node.flatMap((node) => [
      ...(earlier.get(node) ?? []),
      copies.get(node) ?? node,
      ...(later.get(node) ?? []),
    ]);
    return [...first, ...inner, ...last];
  }

  return {
    rewrite(node) {
      const copy = copies.get(node) ?? clone(NodeProtoSchema, node);
      copies.set(node, copy);
      return copy;
    },
    prepend: (...added) => void first.push(...added),
    before: (anchor, ...added) => collect(earlier, anchor, added),
    after: (anchor, ...added) => collect(later, anchor, added),
    append: (...added) => void last.push(...added),
    addInitializer: (tensor) => void initializers.push(tensor),
    addInput: (info) => void inputs.push(info),
    addOutput: (info) => void outputs.push(info),
    replaceOutput: (info) => void replaced.set(info.name, info),
    forgetShapes(values) {
      for (const value of values) forgotten.add(value);
    },
    apply(model) {
      const edited = create(GraphProtoSchema, {
        ...graph,
        node: nodes(),
        initializer: [...graph.initializer, ...initializers],
        input: [...graph.input, ...inputs],
        output: [...graph.output.map((output) => replaced.get(output.name) ?? output), ...outputs],
        valueInfo: graph.valueInfo.filter(({ name }) => !forgotten.has(name)),
      });
      edited.$unknown = graph.$unknown;
      const result = create(ModelProtoSchema, { ...model, graph: edited });
      result.$unknown = model.$unknown;
      return result;
    },
  };
}
