import type { LayerStages } from '../graph/onnx/types.ts';
import type { StageSpan } from '../model/run-inputs.ts';
import type { Tensor } from '../model/runtime/types.ts';
import type { ScaledNeuron } from '../neurons/types.ts';
import {
  type ForwardInput,
  type ForwardOutput,
  forward,
  type HiddenStates,
  type RunnableModel,
} from './forward.ts';
import { cacheOf, emptyCache, type KvCache } from './kv-cache.ts';

/**
 * Reads the same texts under many lanes. Below the first layer that a lane scales it computes what the untouched model
 * does, so that the lane takes up where that left.
 */
export interface StageReader {
  /** The order in which lanes must read a text: those first that others take up from. */
  readonly order: readonly number[];
  /** A cache of the layers that a lane reads. */
  emptyCache(lane: number): KvCache;
  /** Forgets what the untouched model gave; to be called before another text. */
  next(): void;
  /**
   * Reads, as `forward` does, the `run`-th part of a text under a lane.
   * @param input whose cache holds the lane's layers
   */
  read(lane: number, run: number, input: ForwardInput): Promise<ForwardOutput>;
}

/** The stage of the first layer that is scaled; the number of stages where none is. */
function firstStage({ stages }: LayerStages, neurons: readonly ScaledNeuron[]): number {
  const scaled = neurons.filter(({ factor }) => factor !== 1).map(({ layer }) => layer);
  const lowest = Math.min(...scaled);
  return scaled.length === 0 ? stages.length : stages.findLastIndex(({ layer }) => layer <= lowest);
}

/** A reader for lanes of factors; nothing is shared where the graph has no stages or no lane is untouched. */
export function stageReader(model: RunnableModel, lanes: readonly (readonly ScaledNeuron[])[]): StageReader {
  const { runtime, neurons } = model;
  const layers = neurons.stages;
  const count = layers?.stages.length ?? 0;
  const first = layers ? lanes.map((lane) => firstStage(layers, lane)) : lanes.map(() => 0);
  const isShared = layers !== undefined && first.includes(count);
  const starts = isShared
    ? [...new Set(first)].filter((stage) => stage > 0 && stage < count).sort((a, b) => a - b)
    : [];
  /** By run of the text and stage. */
  const left: Map<number, HiddenStates | undefined>[] = [];

  const slotsOf = ({ first, end }: StageSpan) => {
    const outputs = new Set(layers?.stages.slice(first, end).flatMap(({ caches }) => caches));
    return model.io.cache.filter((slot) => outputs.has(slot.output));
  };

  /** The untouched model, stopping where others take up. */
  async function readInParts(run: number, input: ForwardInput): Promise<ForwardOutput> {
    const { cache } = input;
    const states = new Map<number, HiddenStates | undefined>();
    left[run] = states;
    const parts: ForwardOutput[] = [];
    const bounds = [0, ...starts, count];
    try {
      for (const [part, end] of bounds.slice(1).entries()) {
        const stages = { first: bounds[part], end };
        const own = slotsOf(stages).map(({ input }) => [input, cache.tensors.get(input) as Tensor] as const);
        const output = await forward(model, {
          ...input,
          stages,
          states: parts.at(-1)?.states,
          cache: cacheOf(cache.rows, cache.length, new Map(own)),
          logits: end === count ? input.logits : [0],
        });
        parts.push(output);
        states.set(end, output.states);
      }
    } catch (error) {
      for (const part of parts) part.cache.dispose();
      throw error;
    }
    const last = parts[parts.length - 1];
    const tensors = new Map(parts.flatMap((part) => [...part.cache.tensors]));
    return { ...last, cache: cacheOf(cache.rows, last.cache.length, tensors) };
  }

  return {
    order: [...lanes.keys()].sort((a, b) => first[b] - first[a]),
    emptyCache(lane) {
      const isResumed = starts.includes(first[lane]);
      const cache = isResumed ? slotsOf({ first: first[lane], end: count }) : model.io.cache;
      return emptyCache({ ...model.io, cache }, runtime, 1);
    },
    next: () => void left.splice(0),
    read(lane, run, input) {
      if (starts.length === 0) return forward(model, input);
      if (first[lane] === count) return readInParts(run, input);
      if (first[lane] === 0) return forward(model, input);
      const stages = { first: first[lane], end: count };
      return forward(model, { ...input, stages, states: left[run]?.get(first[lane]) });
    },
  };
}
