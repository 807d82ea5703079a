import { EngineError } from '../../lib/errors.ts';
import { traceHiddenLayer } from './activations.ts';
import { type GraphIndex, indexGraph } from './graph.ts';
import type { GraphProto, ModelProto } from './model.ts';
import { findProjections, type Projection } from './projections.ts';
import type { DownProjection } from './types.ts';

/** A down projection with what an edit of the graph needs to know. */
export interface FoundDownProjection extends DownProjection {
  readonly projection: Projection;
}

/** The result of `findDownProjections` with the indexes that it was read from. */
export interface Detection {
  readonly index: GraphIndex;
  readonly projections: ReadonlyMap<string, Projection>;
  /** One a layer, in order. */
  readonly layers: readonly FoundDownProjection[];
}

/**
 * For every value how many of `candidates` lie behind one another on the way to it. In a stack of layers the n-th
 * candidate has n - 1 before it; experts, which stand side by side, share a number.
 */
function depths(graph: GraphProto, candidates: ReadonlyMap<string, Projection>): ReadonlyMap<string, number> {
  const depth = new Map<string, number>();
  for (const node of graph.node) {
    let deepest = 0;
    for (const input of node.input) deepest = Math.max(deepest, depth.get(input) ?? 0);
    for (const output of node.output) depth.set(output, deepest + (candidates.has(output) ? 1 : 0));
  }
  return depth;
}

function hasSubgraph(graph: GraphProto): boolean {
  return graph.node.some((node) =>
    node.attribute.some(({ g, graphs }) => g !== undefined || graphs.length > 0),
  );
}

const expertOps = new Set(['MoE', 'QMoE']);

function refuse(message: string): never {
  throw new EngineError('unsupported-model', message);
}

const experts =
  'The model is a mixture of experts, whose neurons run only for some tokens; choose a dense model.';

/** The projection that a value comes from, with no more than constant factors and casts between. */
function projectionBehind(
  index: GraphIndex,
  projections: ReadonlyMap<string, Projection>,
  value: string,
): Projection | undefined {
  let name = value;
  for (let depth = 0; depth < 4; depth++) {
    const found = projections.get(name);
    if (found) return found;
    const maker = index.producer(name);
    const varying = maker?.input.filter((input) => !index.isConstant(input)) ?? [];
    const passes = maker && ['Mul', 'Div', 'Cast', 'Identity', 'Dropout'].includes(maker.opType);
    if (!passes || varying.length !== 1 || varying[0] === undefined) return undefined;
    name = varying[0];
  }
  return undefined;
}

/** Refuses adapters (LoRA) beside a down projection: they read the same neurons, which a scale would not reach. */
function refuseAdapters(
  index: GraphIndex,
  projections: ReadonlyMap<string, Projection>,
  layers: readonly FoundDownProjection[],
): void {
  const downs = new Map(layers.map(({ projection }) => [projection.activation, projection]));
  for (const second of projections.values()) {
    const first = projectionBehind(index, projections, second.activation);
    const down = first && downs.get(first.activation);
    if (down && down !== first && second.outputs === down.outputs && second.inputs < second.outputs) {
      refuse('The model keeps an adapter (LoRA) beside its weights; merge it into them and export again.');
    }
  }
}

function refuseWithout({ graph, functions }: ModelProto): never {
  if (!graph) return refuse('The model file holds no graph; choose the .onnx file of a language model.');
  if (hasSubgraph(graph)) {
    refuse(
      'The model keeps its layers inside If branches (a merged decoder); export it again without merging, or choose a newer export.',
    );
  }
  const called = new Set(functions.map(({ name }) => name));
  if (graph.node.some(({ opType }) => called.has(opType))) {
    refuse('The model keeps its layers inside functions; export it again with functions inlined.');
  }
  if (graph.node.some(({ opType }) => opType === 'QLinearMatMul' || opType === 'QGemm')) {
    refuse(
      'The model computes in 8-bit integers throughout (QLinearMatMul); choose an export that rounds its weights only, or activations as it runs.',
    );
  }
  if (graph.initializer.length === 0) {
    refuse('The model file holds no weights; choose the file that has them.');
  }
  refuse('No MLP down projections were found in the model; it may not be a decoder language model.');
}

/** Layers that the model's cache inputs count, to notice MLPs that were missed; models share caches, so it is a lower bound. */
function cachedLayers(graph: GraphProto): number {
  const names = graph.input.map(({ name }) => /^past[^.]*\.(\d+)\./.exec(name)?.[1]);
  return new Set(names.filter((name) => name !== undefined)).size;
}

/**
 * Finds every MLP's down projection by structure: a constant [width, hidden] product whose input is made element by
 * element, through an activation function, from projections of the same hidden size.
 * @throws EngineError `unsupported-model` for merged decoders, mixtures of experts and graphs without MLPs
 */
export function detectDownProjections(model: ModelProto): Detection {
  const { graph } = model;
  if (!graph) return refuse('The model file holds no graph; choose the .onnx file of a language model.');
  const index = indexGraph(graph);
  const projections = findProjections(index);
  const candidates = new Map<string, Projection>();
  for (const projection of projections.values()) {
    if (projection.fused !== undefined) continue;
    const hidden = traceHiddenLayer(index, projections, projection.activation);
    const fits = ({ inputs, outputs, activation }: Projection) =>
      outputs >= projection.inputs &&
      (inputs === projection.outputs ||
        // The second half of an adapter (LoRA) of gate or up.
        (inputs < projection.outputs &&
          projectionBehind(index, projections, activation)?.inputs === projection.outputs));
    if (hidden?.sources.every(fits)) candidates.set(projection.output, projection);
  }
  if (graph.node.some(({ opType }) => expertOps.has(opType))) refuse(experts);
  if (candidates.size === 0) return refuseWithout(model);
  const depth = depths(graph, candidates);
  const layers = [...candidates.values()]
    .sort((a, b) => (depth.get(a.output) ?? 0) - (depth.get(b.output) ?? 0))
    .map((projection, layer) => ({
      layer,
      width: projection.inputs,
      hidden: projection.outputs,
      node: projection.node.name,
      op: projection.node.opType,
      projection,
    }));
  if (layers.some(({ projection, layer }) => depth.get(projection.output) !== layer + 1)) refuse(experts);
  if (layers.length < cachedLayers(graph)) {
    refuse(
      `MLP down projections were found in only ${layers.length} of ${cachedLayers(graph)} layers of the model.`,
    );
  }
  refuseAdapters(index, projections, layers);
  if (layers.some(({ hidden }) => hidden !== layers[0]?.hidden)) {
    refuse('The MLPs of the model write to residual streams of different sizes, which is not supported.');
  }
  return { index, projections, layers };
}

/** The down projections of a model, one a layer, in order. Errors as in `detectDownProjections`. */
export function findDownProjections(model: ModelProto): DownProjection[] {
  return detectDownProjections(model).layers.map(({ layer, width, hidden, node, op }) => ({
    ...{ layer, width, hidden, node, op },
  }));
}
