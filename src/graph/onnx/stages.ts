import { clone } from '@bufbuild/protobuf';
import { attr, graph, int64Tensor, node, valueInfo, valueOfType } from './builders.ts';
import { DataType, type GraphProto, type ModelProto, type NodeProto } from './model.ts';
import { NodeProtoSchema } from './onnx_pb.ts';
import type { LayerStages } from './types.ts';

/** Graph input, bool [stages]: the stages that a run reads. */
export const READ_STAGES = 'read_stages';
/** Graph inputs, float32 [lanes, length, hidden]: what the first stage that is read takes in place of the stages before it. */
export const RESUMED = ['resumed_residual', 'resumed_normed'] as const;

/** A place between layers: the residual stream and its norm, all that later layers read of earlier ones. */
export interface StageCut {
  /** The layer behind it. */
  readonly layer: number;
  readonly residual: string;
  readonly normed: string;
}

const valuesOf = ({ residual, normed }: StageCut) => [residual, normed] as const;

/** Where the nodes behind a value begin. */
function behind(nodes: readonly NodeProto[], cut: StageCut): number {
  const values: readonly string[] = valuesOf(cut);
  return nodes.findLastIndex(({ output }) => output.some((name) => values.includes(name))) + 1;
}

/** Values that nodes make and others read, and those that the graph gives. */
function leaving(
  nodes: readonly NodeProto[],
  others: readonly NodeProto[],
  outputs: ReadonlySet<string>,
): string[] {
  const read = new Set(others.flatMap(({ input }) => input));
  return nodes.flatMap(({ output }) =>
    output.filter((name) => name !== '' && (read.has(name) || outputs.has(name))),
  );
}

/** Nodes as the branch of an If: the values that leave it have names of their own there. */
function readBranch(name: string, nodes: readonly NodeProto[], given: readonly string[]): GraphProto {
  const renamed = new Map(given.map((value) => [value, `${value}.read`]));
  const rename = (value: string) => renamed.get(value) ?? value;
  return graph(name, {
    nodes: nodes.map((original) => {
      const copy = clone(NodeProtoSchema, original);
      copy.input = copy.input.map(rename);
      copy.output = copy.output.map(rename);
      return copy;
    }),
    inputs: [],
    outputs: given.map((value) => valueOfType(rename(value), DataType.FLOAT)),
    initializers: [],
  });
}

/** The shape of a graph's output where it has no positions. */
function emptyShape({ output }: GraphProto, name: string): readonly number[] {
  const type = output.find((info) => info.name === name)?.type?.value;
  const shape = type?.case === 'tensorType' ? type.value.shape : undefined;
  return (shape?.dim ?? []).map(({ value }) => (value.case === 'dimValue' ? Number(value.value) : 0));
}

/** What is read outside of layers in place of what a stage that is left out would give. */
interface Replaced {
  /** The residual stream and its norm, by what is passed on for them. */
  readonly passed: ReadonlyMap<string, string>;
  /** Sizes of the last axis of what is captured. */
  readonly captured: ReadonlyMap<string, number>;
}

/** The branch of a stage that is left out. What is neither passed on nor captured is cache: these names are returned, too. */
function skippedBranch(
  name: string,
  whole: GraphProto,
  given: readonly string[],
  { passed, captured }: Replaced,
): { readonly branch: GraphProto; readonly caches: readonly string[] } {
  const caches = given.filter((value) => !passed.has(value) && !captured.has(value));
  const nodes = given.map((value) => {
    const result = [`${value}.skipped`];
    const stream = passed.get(value);
    if (stream !== undefined) return node('Identity', [stream], result);
    const size = captured.get(value);
    return node('ConstantOfShape', [size === undefined ? `${value}.empty` : `stage_shape.${size}`], result);
  });
  const initializers = caches.map((value) => {
    const shape = emptyShape(whole, value);
    return int64Tensor(`${value}.empty`, [shape.length], shape);
  });
  const outputs = given.map((value) => valueOfType(`${value}.skipped`, DataType.FLOAT));
  return { branch: graph(name, { nodes, inputs: [], outputs, initializers }), caches };
}

/** Shapes [lanes, length, size] of what is captured, for stages that are left out. */
function captureShapes(whole: GraphProto, prompt: string, sizes: ReadonlySet<number>): NodeProto[] {
  whole.initializer.push(...[...sizes].map((size) => int64Tensor(`stage_size.${size}`, [1], [size])));
  return [
    node('Shape', [prompt], ['stage_tokens']),
    ...[...sizes].map((size) =>
      node('Concat', ['stage_tokens', `stage_size.${size}`], [`stage_shape.${size}`], { axis: attr.int(0) }),
    ),
  ];
}

/**
 * Puts layers between cuts into stages, each the branch of an If, so that a run may leave out the first of them, taking
 * up the residual stream where another run left it, or the last. Of a stage that is left out the cache is empty and
 * what is captured is 0.
 * @param frame the input [lanes, length] of token ids, and the size of the residual stream
 * @param cuts at least two, by layer: before the first stage, between stages, and behind the last
 * @param captured sizes of the last axis of values [lanes, length, size] that are read outside of the layers
 * @returns the graph's new interface; the model is changed
 */
export function stageLayers(
  model: ModelProto,
  frame: { readonly prompt: string; readonly lanes: number | string; readonly hidden: number },
  cuts: readonly StageCut[],
  captured: ReadonlyMap<string, number>,
): LayerStages {
  const whole = model.graph as GraphProto;
  const nodes = whole.node;
  const outputs = new Set(whole.output.map(({ name }) => name));
  const ends = cuts.map((cut) => behind(nodes, cut));
  const carried = valuesOf(cuts[cuts.length - 1]);
  const staged = [
    ...nodes.slice(0, ends[0]),
    ...captureShapes(whole, frame.prompt, new Set(captured.values())),
  ];
  const stages = cuts.slice(1).map((cut, stage) => {
    const name = `stage.${stage}`;
    const own = nodes.slice(ends[stage], ends[stage + 1]);
    const others = [...nodes.slice(0, ends[stage]), ...nodes.slice(ends[stage + 1])];
    const given = [...new Set([...leaving(own, others, outputs), ...valuesOf(cut)])];
    const taken = stage === 0 ? RESUMED : valuesOf(cuts[stage]);
    const passed = new Map(valuesOf(cut).map((value, i) => [value, taken[i]]));
    const { branch, caches } = skippedBranch(`${name}.skipped`, whole, given, { passed, captured });
    const branches = {
      then_branch: attr.graph(readBranch(`${name}.read`, own, given)),
      else_branch: attr.graph(branch),
    };
    whole.initializer.push(int64Tensor(name, [], [stage]));
    staged.push(
      node('Gather', [READ_STAGES, name], [`${name}.is_read`], { axis: attr.int(0) }),
      node('If', [`${name}.is_read`], given, branches, { name: `${name}.layers` }),
    );
    return { layer: cuts[stage].layer, caches };
  });
  staged.push(...nodes.slice(ends[ends.length - 1]));
  whole.node = staged;
  const { lanes, hidden } = frame;
  whole.input.push(
    valueInfo(READ_STAGES, DataType.BOOL, [stages.length]),
    ...RESUMED.map((name) => valueInfo(name, DataType.FLOAT, [lanes, 'resumed_length', hidden])),
  );
  whole.output.push(
    ...carried.map((name) => valueInfo(name, DataType.FLOAT, [lanes, 'sequence_length', hidden])),
  );
  return { stages, carried };
}
