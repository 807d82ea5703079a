import { compareNeurons, formatNeuron, parseNeuron } from '../neurons/layout.ts';
import { combineGroups } from '../neurons/scales.ts';
import type { NeuronRef, ScaledNeuron } from '../neurons/types.ts';
import type { SteeredGroup, SteeringState } from './types.ts';

export const firstSteering: SteeringState = {
  madeFor: '',
  groups: [],
  scope: 'everywhere',
  own: {},
  muted: [],
  controlSeed: 1,
};

/** Each neuron once, by layer and neuron. */
function unique(neurons: readonly NeuronRef[]): NeuronRef[] {
  const found = new Map<string, NeuronRef>();
  for (const ref of neurons) found.set(formatNeuron(ref), { layer: ref.layer, neuron: ref.neuron });
  return [...found.values()].sort(compareNeurons);
}

/** Neurons with a factor of their own or muted, in a group or not. */
function singles({ own, muted }: SteeringState): NeuronRef[] {
  return [...new Set([...Object.keys(own), ...muted])].map((key) => parseNeuron(key));
}

/** Neurons with a factor of their own that no group has. */
export function loneNeurons(steering: SteeringState): NeuronRef[] {
  const grouped = new Set(steering.groups.flatMap(({ members }) => members.map(formatNeuron)));
  return unique(singles(steering)).filter((neuron) => !grouped.has(formatNeuron(neuron)));
}

/** All neurons that a slider may scale now, whatever its value: what the random control is matched to. */
export function steeredNeurons(steering: SteeringState): NeuronRef[] {
  const on = steering.groups.filter((group) => group.on).flatMap(({ members }) => members);
  return unique([...on, ...singles(steering)]);
}

/** Neurons whose values come with every position: those of all groups, on or off, and single ones; first group first. */
export function watchedNeurons(steering: SteeringState): NeuronRef[] {
  const found = new Map<string, NeuronRef>();
  for (const { layer, neuron } of [
    ...steering.groups.flatMap(({ members }) => members),
    ...singles(steering),
  ]) {
    const key = formatNeuron({ layer, neuron });
    if (!found.has(key)) found.set(key, { layer, neuron });
  }
  return [...found.values()];
}

/** What the steered lane runs with: neutral neurons left out, a neuron's own factor before its groups'. */
export function scaledNeurons(steering: SteeringState): ScaledNeuron[] {
  const { groups, own, muted, solo } = steering;
  const on = groups.filter((group) => group.on);
  const ones = Object.entries(own).map(([key, factor]) => ({ ...parseNeuron(key), factor }));
  const zeros = muted.map((key) => ({ ...parseNeuron(key), factor: 0 }));
  const scaled = combineGroups(on, [...ones, ...zeros]);
  return solo === undefined ? scaled : scaled.filter((neuron) => formatNeuron(neuron) === solo);
}

/** The factor that a neuron runs with in the steered lane; 1 where nothing scales it. */
export function factorOf(steering: SteeringState, neuron: NeuronRef): number {
  const key = formatNeuron(neuron);
  const { groups, own, muted, solo } = steering;
  if (solo !== undefined && solo !== key) return 1;
  if (muted.includes(key)) return 0;
  const group = groups.findLast(
    ({ on, members }) => on && members.some((member) => formatNeuron(member) === key),
  );
  return own[key] ?? group?.factor ?? 1;
}

/** Steering with the first group at another factor, for doses. */
export function atDose(steering: SteeringState, factor: number): SteeringState {
  return { ...steering, groups: steering.groups.map((group, i) => (i === 0 ? { ...group, factor } : group)) };
}

const longestName = 60;

/** A name as it is kept: trimmed, not empty, and not that of another group, since sliders are called by it. */
function freeName(groups: readonly SteeredGroup[], wanted: string): string {
  const base = wanted.trim().slice(0, longestName) || 'Group';
  const taken = new Set(groups.map(({ name }) => name));
  let name = base;
  for (let i = 2; taken.has(name); i++) name = `${base} ${i}`;
  return name;
}

/** Adds a group behind the others. */
export function withGroup(
  steering: SteeringState,
  group: Pick<SteeredGroup, 'name' | 'kind' | 'members' | 'set'>,
): SteeringState {
  const { groups } = steering;
  const id = `g${Math.max(0, ...groups.map((other) => Number(other.id.slice(1)))) + 1}`;
  const added = { ...group, id, name: freeName(groups, group.name), factor: 1, on: true };
  return { ...steering, groups: [...groups, added] };
}

export function withoutGroup(steering: SteeringState, id: string): SteeringState {
  return { ...steering, groups: steering.groups.filter((group) => group.id !== id) };
}

/** Changes one group. A new name is made one of its own. */
export function withGroupChange(
  steering: SteeringState,
  id: string,
  change: Partial<Pick<SteeredGroup, 'name' | 'factor' | 'on' | 'members'>>,
): SteeringState {
  const others = steering.groups.filter((group) => group.id !== id);
  const named = change.name === undefined ? change : { ...change, name: freeName(others, change.name) };
  return {
    ...steering,
    groups: steering.groups.map((group) => (group.id === id ? { ...group, ...named } : group)),
  };
}

/** Gives a neuron a factor of its own; undefined takes it back. */
export function withOwn(steering: SteeringState, key: string, factor: number | undefined): SteeringState {
  const own = { ...steering.own };
  if (factor === undefined) delete own[key];
  else own[key] = factor;
  return { ...steering, own };
}

export function withMuted(steering: SteeringState, key: string, muted: boolean): SteeringState {
  const others = steering.muted.filter((other) => other !== key);
  return { ...steering, muted: muted ? [...others, key] : others };
}

/** Back to the model as trained: every group at 1 and on, no neuron with a factor of its own. */
export function neutral(steering: SteeringState): SteeringState {
  return {
    ...steering,
    groups: steering.groups.map((group) => ({ ...group, factor: 1, on: true })),
    own: {},
    muted: [],
    solo: undefined,
  };
}
