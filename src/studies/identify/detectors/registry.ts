/**
 * What a detector works from: the set that is tested, the answer alone (its tokens and their probabilities), or answers to
 * learn from.
 */
type Needs = 'set' | 'answer' | 'training';

/** Something that scores answers: the larger the score, the more likely the answer is made up. */
export interface Detector {
  /** How files, reports and code name it; never changed, for neuron sets keep it. */
  readonly id: string;
  /** How tables name it. */
  readonly label: string;
  /** What it is, in plain words for students. */
  readonly hint: string;
  readonly needs: Needs;
  /** It stands for many draws; its interval is the middle 95 % of them. */
  readonly drawn?: true;
}

/**
 * All detectors, in the order of the verdict's rows. How each scores stands in `scores.ts` under its id; docs/adding.md
 * says how one is added.
 */
const all = [
  { id: 'h-neurons', label: 'H-Neurons', hint: 'this set of neurons', needs: 'set' },
  {
    id: 'mean-logprob',
    label: 'log-probability, mean',
    hint: 'how likely the model finds its own answer',
    needs: 'answer',
  },
  {
    id: 'min-logprob',
    label: 'log-probability, minimum',
    hint: 'its least likely token',
    needs: 'answer',
  },
  {
    id: 'first-token-logprob',
    label: 'log-probability, first token',
    hint: 'its first token',
    needs: 'answer',
  },
  {
    id: 'first-token-entropy',
    label: 'first-token entropy',
    hint: 'how undecided the model is at the start',
    needs: 'answer',
  },
  { id: 'answer-length', label: 'answer length', hint: 'how long the answer is', needs: 'answer' },
  {
    id: 'h-neurons-and-mean-logprob',
    label: 'H-Neurons and log-probability, mean',
    hint: 'both together',
    needs: 'training',
  },
  {
    id: 'both-signs-l1',
    label: 'neurons of both signs (L1)',
    hint: 'also those that speak for a right answer',
    needs: 'training',
  },
  { id: 'all-neurons-l2', label: 'all neurons (L2)', hint: 'every neuron a little', needs: 'training' },
  {
    id: 'question-words',
    label: 'words of the question',
    hint: 'what is asked, without looking at the model',
    needs: 'training',
  },
  {
    id: 'random-neurons',
    label: 'random neurons of the same layers',
    hint: 'as many, drawn by chance',
    needs: 'training',
    drawn: true,
  },
  {
    id: 'shuffled-labels',
    label: 'shuffled labels',
    hint: 'learnt from nonsense: what chance gives',
    needs: 'training',
    drawn: true,
  },
] as const satisfies readonly Detector[];

type Entry = (typeof all)[number];

/** Ids of the detectors with one score an answer; which need the set or the answer alone, and which learn. */
export type UntrainedId = Extract<Entry, { needs: 'set' | 'answer' }>['id'];
export type TrainedId = Exclude<Entry, { needs: 'set' | 'answer' } | { drawn: true }>['id'];
/** Ids of those that are drawn again and again. */
export type DrawnId = Extract<Entry, { drawn: true }>['id'];
export type DetectorId = Entry['id'];

export const DETECTORS: readonly Detector[] = all;

const isUntrained = (entry: Entry): entry is Extract<Entry, { id: UntrainedId }> =>
  entry.needs !== 'training';
const isDrawn = (entry: Entry): entry is Extract<Entry, { id: DrawnId }> => 'drawn' in entry;
const isTrained = (entry: Entry): entry is Extract<Entry, { id: TrainedId }> =>
  !isUntrained(entry) && !isDrawn(entry);

export const UNTRAINED: readonly UntrainedId[] = all.filter(isUntrained).map(({ id }) => id);
export const TRAINED: readonly TrainedId[] = all.filter(isTrained).map(({ id }) => id);
export const DRAWN: readonly DrawnId[] = all.filter(isDrawn).map(({ id }) => id);

/** The set that a verdict is about. */
export const H_NEURONS = 'h-neurons' satisfies DetectorId;
/** What everyone can measure without looking inside the model: gains are counted from it. */
export const BASELINE = 'mean-logprob' satisfies DetectorId;
/** What as many neurons do that nothing chose. */
export const CHANCE = 'random-neurons' satisfies DetectorId;
/** A classifier over all neurons, fitted on the answers at hand. */
export const REFITTED = 'both-signs-l1' satisfies DetectorId;

/** Detectors whose ROC curves are drawn. */
export const CURVES: readonly DetectorId[] = [
  H_NEURONS,
  BASELINE,
  'all-neurons-l2',
  'h-neurons-and-mean-logprob',
];

const byId = new Map<string, Detector>(all.map((detector) => [detector.id, detector]));

/** The detector of an id; undefined for one of another version of the program. */
export function detectorOf(id: string): Detector | undefined {
  return byId.get(id);
}

/** How tables name a detector: its label, or its id where this version does not know it. */
export function labelOf(id: string): string {
  return byId.get(id)?.label ?? id;
}
