import type { LlamaConfig } from '../graph/gguf/llama-config.ts';
import type { BuildOptions } from '../graph/gguf/llama-graph.ts';
import type { InstrumentOptions } from '../graph/onnx/instrument.ts';
import type { StageCut } from '../graph/onnx/stages.ts';
import type { DeviceKind } from './runtime/types.ts';

/** Stages of layers at most: more tell finer what a run may leave out, and each costs it a moment. */
const MOST_STAGES = 5;

/** How the graph of a GGUF file is built for a device. */
export function buildOptions(
  device: DeviceKind,
  { window }: LlamaConfig,
): Pick<BuildOptions, 'attention' | 'branches'> {
  return {
    attention: device === 'wasm' ? 'standard' : 'grouped',
    // GroupQueryAttention's window counts positions of the cache, which are not those of a branch.
    branches: device === 'native' && window === undefined,
  };
}

/**
 * How it is instrumented for the device.
 * @param cuts as `buildLlama` gives them
 */
export function instrumentOptions(
  device: DeviceKind,
  { layers }: LlamaConfig,
  cuts: readonly StageCut[],
): Pick<InstrumentOptions, 'maxConcatInputs' | 'stages'> {
  if (device === 'webgpu') return { maxConcatInputs: 7 };
  const size = Math.ceil(layers / MOST_STAGES);
  return {
    maxConcatInputs: layers,
    stages: cuts.filter(({ layer }) => layer % size === 0 || layer === layers),
  };
}
