import type { LoadedModel } from '../../../src/engine/model-info.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import { matchModels, type SetModel } from '../../../src/neurons/set-model.ts';
import { firstSteering, withGroup } from '../../../src/steering/steering.ts';
import type { SteeringState } from '../../../src/steering/types.ts';
import { asSetModel, bestSet } from '../../explore/state/sets.ts';

/** Steering for a model that is there now. */
export interface NextSteering {
  readonly steering: SteeringState;
  /** What became of the neurons that were there, or where those come from that are there now. */
  readonly note?: string;
}

function startingName(count: number): string {
  return `${count === 5 ? 'five' : count} most active neurons`;
}

/** With the first group of a model: a set that was found in its weights, else its most active neurons. */
function freshSteering(
  { scope, controlSeed }: SteeringState,
  model: LoadedModel,
  sets: readonly NeuronSet[],
): NextSteering {
  const best = bestSet(sets, model);
  const group = best
    ? ({ name: best.set.name, kind: 'set', members: best.set.neurons, set: best.set } as const)
    : ({
        name: startingName(model.mostActive.length),
        kind: 'active',
        members: model.mostActive,
      } as const);
  const start = { ...firstSteering, madeFor: model.fingerprint, scope, controlSeed };
  return { steering: withGroup(start, group), note: best?.note };
}

/** Why the groups that were there cannot stay. */
function lossNote({ groups }: SteeringState, model: LoadedModel): string | undefined {
  const lost = groups.flatMap(({ set }) => {
    const result = set && matchModels(set.model, asSetModel(model));
    return set && result?.match === 'other' ? [{ set, reason: result.reason }] : [];
  });
  const [first] = lost;
  if (!first) return undefined;
  const more = lost.length > 1 ? ` So were ${lost.length - 1} more.` : '';
  return `The neuron set "${first.set.name}" was removed: it was made for ${first.reason}${more}`;
}

/** The model that steering was made for, as far as one of its sets tells. */
function ownerOf({ madeFor, groups }: SteeringState): SetModel | undefined {
  return groups.find(({ set }) => set?.model.fingerprint === madeFor)?.set?.model;
}

/**
 * Steering that was made for the same weights in another precision, for the model that is there now; undefined where it
 * was made for another model.
 * @param before the model that was there before
 */
export function keptSteering(
  model: LoadedModel,
  before: LoadedModel | undefined,
  steering: SteeringState,
): NextSteering | undefined {
  const owner = before?.fingerprint === steering.madeFor ? asSetModel(before) : ownerOf(steering);
  const result = owner && matchModels(owner, asSetModel(model));
  if (result?.match !== 'alike') return undefined;
  return { steering: { ...steering, madeFor: model.fingerprint }, note: result.note };
}

/**
 * Steering for a model in place of another: that of the same weights in another precision stays, else the model starts
 * afresh.
 * @param before the model that was there before
 * @param sets neuron sets at hand
 */
export function steeringFor(
  model: LoadedModel,
  before: LoadedModel | undefined,
  steering: SteeringState,
  sets: readonly NeuronSet[],
): NextSteering {
  if (steering.madeFor === model.fingerprint) return { steering };
  const kept = keptSteering(model, before, steering);
  if (kept) return kept;
  const fresh = freshSteering(steering, model, sets);
  const notes = [lossNote(steering, model), fresh.note].filter((note) => note !== undefined);
  return { steering: fresh.steering, note: notes.length > 0 ? notes.join(' ') : undefined };
}
