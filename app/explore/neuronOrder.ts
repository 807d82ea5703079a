import { formatNeuron } from '../../src/neurons/layout.ts';
import type { SteeringState } from '../../src/steering/types.ts';
import { type LaneIndex, laneIndices, type RunRecord, valuesAt } from './state/record.ts';
import type { NeuronOrder } from './state/slices/view.ts';

/** Weights of the neurons in the groups' sets, by key. */
export function weightsOf({ groups }: SteeringState): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { members } of groups) {
    for (const member of members) {
      if (member.weight !== undefined) weights.set(formatNeuron(member), member.weight);
    }
  }
  return weights;
}

/** Mean value of every watched neuron over the answer of a lane, in the record's order; 0 where nothing was read. */
function meansOf(record: RunRecord, lane: LaneIndex): Float64Array {
  const { watched } = record.shape;
  const means = new Float64Array(watched.length);
  const { current, stale } = record.lane(lane);
  const end = Math.max(current.watched.length, stale?.watched.length ?? 0);
  let count = 0;
  for (let position = record.prompt.length; position < end; position++) {
    const values = valuesAt(record, lane, position, 'watched');
    if (!values) continue;
    count += 1;
    for (let i = 0; i < means.length; i++) means[i] = means[i]! + (values[i] || 0);
  }
  return means.map((sum) => sum / Math.max(1, count));
}

/** Indices of the watched neurons in the order in which the token map has them; of equal ones the record's order. */
export function orderedNeurons(
  record: RunRecord,
  order: NeuronOrder,
  weights: ReadonlyMap<string, number>,
): number[] {
  const { watched } = record.shape;
  const indices = watched.map((_, i) => i);
  if (order === 'layer') {
    return indices.sort(
      (a, b) => watched[a]!.layer - watched[b]!.layer || watched[a]!.neuron - watched[b]!.neuron,
    );
  }
  if (order === 'weight') {
    const weight = (i: number) => weights.get(formatNeuron(watched[i]!)) ?? -Infinity;
    return indices.sort((a, b) => (weight(a) === weight(b) ? a - b : weight(b) - weight(a)));
  }
  if (order === 'value') {
    const lanes = laneIndices.map((lane) => meansOf(record, lane));
    const mean = (i: number) => Math.max(...lanes.map((means) => means[i]!));
    return indices.sort((a, b) => mean(b) - mean(a) || a - b);
  }
  return indices;
}
