import { checkFactor } from './factor.ts';
import { checkNeuron, compareNeurons, formatNeuron, formatScaledNeuron } from './layout.ts';
import type { NeuronLayout, NeuronRef, ScaledNeuron } from './types.ts';

/** Neurons that share a factor, for example a neuron set behind one slider. */
export interface NeuronGroup {
  readonly members: readonly NeuronRef[];
  readonly factor: number;
}

/** One entry a neuron (of several the last wins), without neutral ones, by layer and neuron; factors checked. */
function effective(neurons: readonly ScaledNeuron[]): ScaledNeuron[] {
  const last = new Map<string, ScaledNeuron>();
  for (const scaled of neurons) {
    const name = formatNeuron(scaled);
    checkFactor(scaled.factor, `neuron ${name}`);
    last.set(name, { layer: scaled.layer, neuron: scaled.neuron, factor: scaled.factor });
  }
  return [...last.values()].filter(({ factor }) => factor !== 1).sort(compareNeurons);
}

/**
 * Scale of every neuron, [widths[layer]] a layer: 1 where none is given. A neuron that is named more than once takes
 * the last factor; factors are never multiplied.
 * @throws EngineError 'bad-input' on a neuron that the layout does not have, or a factor out of range
 */
export function scaleVectors(layout: NeuronLayout, neurons: readonly ScaledNeuron[]): Float32Array[] {
  const vectors = layout.widths.map((width) => new Float32Array(width).fill(1));
  for (const scaled of neurons) {
    checkNeuron(layout, scaled);
    checkFactor(scaled.factor, `neuron ${formatNeuron(scaled)}`);
    vectors[scaled.layer][scaled.neuron] = scaled.factor;
  }
  return vectors;
}

/**
 * The neurons to scale, by layer and neuron, neutral ones left out. A single neuron's factor stands in place of its
 * groups'; of several groups or several entries the last wins.
 * @throws EngineError 'bad-input' on a factor out of range
 */
export function combineGroups(
  groups: readonly NeuronGroup[],
  singles: readonly ScaledNeuron[],
): ScaledNeuron[] {
  return effective([
    ...groups.flatMap(({ members, factor }) =>
      members.map(({ layer, neuron }) => ({ layer, neuron, factor })),
    ),
    ...singles,
  ]);
}

/**
 * Key for caches: equal for lists that scale the same neurons by the same factors, in whatever order; empty where
 * nothing is scaled. Throws EngineError 'bad-input' on a factor out of range.
 */
export function scaleKey(neurons: readonly ScaledNeuron[]): string {
  return effective(neurons).map(formatScaledNeuron).join(',');
}
