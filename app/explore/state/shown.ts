import { useStore } from 'zustand';
import { counted } from '../../../src/lib/count.ts';
import { shownName } from '../../../src/lib/shown.ts';
import { factorOf, scaledNeurons, steeredNeurons } from '../../../src/steering/steering.ts';
import type { SteeringState } from '../../../src/steering/types.ts';
import { useRecord, useSession } from './hooks.ts';
import { promptOf } from './prompt.ts';
import { type LaneIndex, type LaneMade, laneIndices, type RunRecord } from './record.ts';
import type { Asked } from './slices/run.ts';
import type { Stores } from './stores.ts';

/** What no longer fits the fields and sliders, though it is still shown. */
export interface Outdated {
  /** The answers are to another question than the one in the fields. */
  readonly question: boolean;
  /** By lane: it was scaled otherwise than the sliders say. */
  readonly lanes: readonly boolean[];
}

/** What a steering state does to a lane. */
function effectOn(lane: LaneIndex, steering: SteeringState): string {
  const neurons = scaledNeurons(steering);
  if (lane === 0 || neurons.length === 0) return '';
  const drawn = lane === 2 && [steering.controlSeed, steeredNeurons(steering)];
  return JSON.stringify([neurons, steering.scope, drawn]);
}

type Needed = Pick<Stores, 'model' | 'prompt' | 'run' | 'steering'>;

/** What of the record is outdated; while an answer is under way nothing is, since it takes the place of the old one. */
export function outdated({ model: models, prompt, run, steering }: Needed, record: RunRecord): Outdated {
  const made = laneIndices.map((lane) => record.lane(lane).current.made);
  const { model } = models.getState();
  const [first] = made;
  if (run.getState().status === 'running' || !first || !model)
    return { question: false, lanes: made.map(() => false) };
  const wanted = JSON.stringify(promptOf(prompt.getState(), model));
  const now = steering.getState();
  return {
    question: first.asked.prompt.kind !== 'ids' && JSON.stringify(first.asked.prompt) !== wanted,
    lanes: laneIndices.map((lane) => {
      const own = made[lane];
      return own !== undefined && effectOn(lane, own.steering) !== effectOn(lane, now);
    }),
  };
}

export function useOutdated(): Outdated {
  const { stores } = useSession();
  const record = useRecord();
  useStore(stores.model);
  useStore(stores.prompt);
  useStore(stores.run);
  useStore(stores.steering);
  return outdated(stores, record);
}

/** How the lanes on the page were scaled; before there are any, how they would be. */
export function shownSteering({ steering }: Pick<Stores, 'steering'>, record: RunRecord): SteeringState {
  return record.lane(1).current.made?.steering ?? steering.getState();
}

export function useShownSteering(): SteeringState {
  const { stores } = useSession();
  useStore(stores.steering);
  return shownSteering(stores, useRecord());
}

/** "as trained", "× 3.00", "mixed scales": how a lane was scaled. */
export function scaleText(lane: LaneIndex, steering: SteeringState): string {
  if (lane === 0) return 'as trained';
  const factors = new Set(steeredNeurons(steering).map((neuron) => factorOf(steering, neuron)));
  if (factors.size > 1) return 'mixed scales';
  return `× ${([...factors][0] ?? 1).toFixed(2)}`;
}

/** The question, or the text that was to be continued. */
export function questionOf({ prompt }: Asked): string {
  if (prompt.kind === 'chat') return prompt.turns.at(-1)?.content ?? '';
  return prompt.kind === 'raw' ? prompt.text : `${prompt.ids.length} tokens`;
}

/** Characters of a question that a caption tells. */
const longestQuestion = 400;

/** The question as a caption tells it: a long one by its start and its end. */
export function captionQuestion(asked: Asked): string {
  const text = questionOf(asked);
  return text.length <= longestQuestion ? text : shownName(text.replace(/\s+/g, ' '), longestQuestion);
}

/** When neurons are scaled, by scope. */
export const scopeWords: Readonly<Record<SteeringState['scope'], string>> = {
  everywhere: 'while reading the question and answering',
  answer: 'only while answering',
};

/** How the steered lane was scaled, in words: "H-Neurons × 3.00 while reading the question and answering". */
export function scalingWords({ steering }: Pick<LaneMade, 'steering'>): string {
  const { groups, own, muted, solo, scope } = steering;
  const scaled = scaledNeurons(steering);
  if (scaled.length === 0) return 'no neuron scaled';
  const parts = groups
    .filter(({ on, factor }) => on && factor !== 1 && solo === undefined)
    .map(({ name, factor }) => `${name} × ${factor.toFixed(2)}`);
  const singles = new Set([...Object.keys(own), ...muted]).size;
  if (solo !== undefined) parts.push(`neuron ${solo} alone`);
  else if (singles > 0) parts.push(`${counted(singles, 'single neuron')}`);
  return `${parts.join(', ')} ${scopeWords[scope]}`;
}

/** Under what conditions the answers on the page were made, a line each; empty before there are any. */
export function conditionsOf({ model: models }: Pick<Stores, 'model'>, record: RunRecord): string[] {
  const { made } = record.lane(1).current;
  const { model } = models.getState();
  if (!made || !model) return [];
  const { seed, temperature } = made.asked.sampling;
  return [
    `“${captionQuestion(made.asked)}”`,
    `${model.name}. Seed ${seed}, temperature ${temperature}.`,
    `Scaled: ${scalingWords(made)}. Random: as many neurons of the same layers (draw ${made.steering.controlSeed}).`,
  ];
}
