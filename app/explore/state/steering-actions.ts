import type { Lane } from '../../../src/inference/types.ts';
import { checkNeuron, formatNeuron } from '../../../src/neurons/layout.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import type { NeuronRef } from '../../../src/neurons/types.ts';
import {
  neutral,
  withGroup,
  withGroupChange,
  withMuted,
  withOwn,
  withoutGroup,
} from '../../../src/steering/steering.ts';
import type { SteeredGroup, SteeringState } from '../../../src/steering/types.ts';
import { describeError } from '../../ui/describe-error.ts';
import type { History } from './history.ts';
import { groupRange } from './slices/steering.ts';
import type { Stores } from './stores.ts';
import type { Undoable } from './undo.ts';

/** Larger groups would make every position a message of many kilobytes. */
const largestGroup = 2000;

/** Everything that steers. Each call is a step that can be undone, and is answered. */
export interface SteeringActions {
  /** Scale of the first group. */
  setFactor(factor: number): void;
  setGroupFactor(id: string, factor: number): void;
  /** Switches a group on or off, or renames it. */
  changeGroup(id: string, change: Partial<Pick<SteeredGroup, 'name' | 'on'>>): void;
  /** Adds a group of these neurons at scale 1; returns a sentence that says why not, else undefined. */
  addGroup(name: string, members: readonly NeuronRef[], kind?: SteeredGroup['kind']): string | undefined;
  addSet(set: NeuronSet): string | undefined;
  /** Adds a neuron to a group of the person's own. */
  addToGroup(id: string, neuron: NeuronRef): string | undefined;
  removeGroup(id: string): void;
  /** Gives a neuron a factor of its own, in a group or not; undefined takes it back. */
  setOwnFactor(key: string, factor: number | undefined): void;
  setMuted(key: string, muted: boolean): void;
  /** Scales this neuron alone; undefined: all again. */
  setSolo(key: string | undefined): void;
  setScope(scope: Lane['scope']): void;
  drawControl(seed: number): void;
  /** All sliders to 1. */
  resetSteering(): void;
  /** Puts a whole state of steering in place, as one step. */
  restoreSteering(steering: SteeringState, label: string): void;
  /** Scale of the first group, as a step of its own. */
  goToDose(factor: number): void;
}

/**
 * The actions on the steering in these stores.
 * @param history takes every change as a step
 * @param changed called after every change
 */
export function createSteeringActions(
  stores: Pick<Stores, 'model' | 'steering'>,
  history: History<Undoable>,
  changed: () => void,
): SteeringActions {
  function change(next: SteeringState, label: string, tag?: string): void {
    history.record({ steering: stores.steering.getState() }, label, tag);
    stores.steering.setState(next, true);
    changed();
  }

  const groupOf = (id: string) => stores.steering.getState().groups.find((group) => group.id === id);

  /** Why these neurons cannot be a group; undefined where they can. */
  function refusal(members: readonly NeuronRef[]): string | undefined {
    const { model } = stores.model.getState();
    if (!model) return 'The model is not ready yet; add neurons when it is.';
    if (members.length === 0) return 'There are no neurons to add; choose at least one.';
    if (members.length > largestGroup)
      return `These are ${members.length.toLocaleString('en')} neurons; a group takes at most ${largestGroup.toLocaleString('en')}.`;
    try {
      for (const neuron of members) checkNeuron(model.layout, neuron);
    } catch (error) {
      return describeError(error);
    }
    return undefined;
  }

  function add(group: Pick<SteeredGroup, 'name' | 'kind' | 'members' | 'set'>): string | undefined {
    const members = [...new Map(group.members.map((neuron) => [formatNeuron(neuron), neuron])).values()];
    const reason = refusal(members);
    if (!reason) change(withGroup(stores.steering.getState(), { ...group, members }), `add ${group.name}`);
    return reason;
  }

  function setGroupFactor(id: string, factor: number): void {
    const group = groupOf(id);
    if (!group) return;
    const { min, max } = groupRange;
    const next = Math.min(max, Math.max(min, factor));
    if (next === group.factor) return;
    const changed = withGroupChange(stores.steering.getState(), id, { factor: next });
    change(changed, `scale of ${group.name}`, `factor ${id}`);
  }

  function setFactor(factor: number): void {
    const [first] = stores.steering.getState().groups;
    if (first) setGroupFactor(first.id, factor);
  }

  return {
    setFactor,
    setGroupFactor,
    changeGroup(id, { name, on }) {
      const group = groupOf(id);
      if (!group) return;
      const label = on === undefined ? `name of ${group.name}` : `${group.name} ${on ? 'on' : 'off'}`;
      const wanted = { ...(name === undefined ? {} : { name }), ...(on === undefined ? {} : { on }) };
      change(withGroupChange(stores.steering.getState(), id, wanted), label);
    },
    addGroup: (name, members, kind = 'custom') => add({ name, members, kind }),
    addSet: (set) => add({ name: set.name, kind: 'set', members: set.neurons, set }),
    addToGroup(id, neuron) {
      const group = groupOf(id);
      if (!group || group.members.some((member) => formatNeuron(member) === formatNeuron(neuron)))
        return undefined;
      const members = [...group.members, neuron];
      const reason = refusal(members);
      if (!reason)
        change(
          withGroupChange(stores.steering.getState(), id, { members }),
          `add ${formatNeuron(neuron)} to ${group.name}`,
        );
      return reason;
    },
    removeGroup(id) {
      const group = groupOf(id);
      if (group) change(withoutGroup(stores.steering.getState(), id), `remove ${group.name}`);
    },
    setOwnFactor(key, factor) {
      const steering = stores.steering.getState();
      if (steering.own[key] === factor) return;
      const step = factor === undefined ? 'follow its group' : 'own scale';
      change(
        withOwn(steering, key, factor),
        `${key}, ${step}`,
        factor === undefined ? undefined : `own ${key}`,
      );
    },
    setMuted(key, muted) {
      change(withMuted(stores.steering.getState(), key, muted), `${muted ? 'mute' : 'unmute'} ${key}`);
    },
    setSolo(key) {
      change({ ...stores.steering.getState(), solo: key }, key === undefined ? 'end solo' : `solo ${key}`);
    },
    setScope(scope) {
      change({ ...stores.steering.getState(), scope }, 'scope');
    },
    drawControl(seed) {
      change({ ...stores.steering.getState(), controlSeed: seed }, 'other random neurons');
    },
    resetSteering() {
      change(neutral(stores.steering.getState()), 'reset');
    },
    restoreSteering: (steering, label) => change(steering, label),
    goToDose(factor) {
      history.endStep();
      setFactor(factor);
      history.endStep();
    },
  };
}
