import type {
  PositionEvent,
  PromptEvent,
  TokenEvent,
  TokenLabel,
} from '../../../src/engine/answer-events.ts';
import type { Breakdown } from '../../../src/inference/loops.ts';
import type { FinishReason } from '../../../src/inference/types.ts';
import type { NeuronRef } from '../../../src/neurons/types.ts';
import type { SteeringState } from '../../../src/steering/types.ts';
import { highOf } from '../../charts/colour-scale.ts';
import type { Asked } from './slices/run.ts';

export const laneNames = ['Unsteered', 'Steered', 'Random control'] as const;
/** The lanes in everyday words, where there is little room. */
export const laneWords = ['As trained', 'Scaled', 'Random'] as const;
export const laneIndices = [0, 1, 2] as const;
export type LaneIndex = (typeof laneIndices)[number];

/** What was asked of a lane, and how it was scaled: what a caption of its answer tells. */
export interface LaneMade {
  readonly asked: Asked;
  readonly steering: SteeringState;
  /** Neurons of the random control. */
  readonly control: readonly NeuronRef[];
}

/** One lane of one request, as far as it has come. Arrays of positions are indexed by position in prompt plus answer. */
interface LaneRecord {
  /** Request id and row of the batch, for detail calls. */
  readonly run: number;
  readonly row: number;
  /** What was asked: lanes with equal keys have equal answers. */
  readonly key: string;
  /** Undefined before a first request. */
  readonly made?: LaneMade;
  readonly tokens: TokenEvent[];
  readonly overview: (Float32Array | undefined)[];
  readonly profile: (Float32Array | undefined)[];
  readonly watched: (Float32Array | undefined)[];
  /** What all but the most active hundredth of the overview stays below, per position. */
  readonly high: number[];
  finish?: FinishReason;
  /** How the answer is broken or loops, once it is known. */
  breakdown?: Breakdown;
}

/** How a lane's answer ended. */
interface LaneEnd {
  readonly finish?: FinishReason;
  readonly breakdown?: Breakdown;
}

/** Sizes that every position of a request shares. */
interface RecordShape {
  readonly layers: number;
  readonly bins: number;
  readonly watched: readonly NeuronRef[];
}

interface LaneRequest {
  readonly lane: LaneIndex;
  readonly key: string;
  readonly made?: LaneMade;
}

/** What the figure draws: kept outside of React, told to listeners once per frame. */
export interface RunRecord {
  readonly shape: RecordShape;
  readonly prompt: readonly TokenLabel[];
  /** Number of the last frame in which something changed. */
  readonly version: () => number;
  readonly subscribe: (listener: () => void) => () => void;
  /** The lane as it is being answered, and what is still shown of the answer before. */
  lane(lane: LaneIndex): { readonly current: LaneRecord; readonly stale?: LaneRecord };
  /** Starts new records for these lanes; what they held stays visible as stale until it is replaced. */
  begin(run: number, lanes: readonly LaneRequest[], shape: RecordShape): void;
  /** These lanes would be asked the same under this: their answers stand, and are told to be made with it. */
  affirm(lanes: readonly LaneIndex[], made: LaneMade): void;
  onPrompt(event: PromptEvent): void;
  onPosition(lane: LaneIndex, event: PositionEvent): void;
  onToken(lane: LaneIndex, event: TokenEvent): void;
  /** Log-probabilities of the lane's tokens to the model as trained, where they were read after the answer. */
  onReread(lane: LaneIndex, logprobs: Float32Array): void;
  /** Ends these lanes: nothing stale remains. */
  settle(lanes: readonly LaneIndex[], ends: readonly LaneEnd[]): void;
  /** Ends these lanes without an answer: as far as it has come, else what was shown before stays. */
  fail(lanes: readonly LaneIndex[]): void;
  clear(): void;
}

const emptyShape: RecordShape = { layers: 0, bins: 0, watched: [] };

function emptyLane(run = -1, row = 0, key = '', made?: LaneMade): LaneRecord {
  return {
    run,
    row,
    key,
    ...(made && { made }),
    tokens: [],
    overview: [],
    profile: [],
    watched: [],
    high: [],
  };
}

function overlay<T>(top: readonly T[], below: readonly T[]): T[] {
  return Array.from({ length: Math.max(top.length, below.length) }, (_, i) => top[i] ?? below[i]!);
}

/** What a lane shows, as one record: the newer values where there are any. */
function merged(current: LaneRecord, stale: LaneRecord | undefined): LaneRecord {
  if (!stale) return current;
  return {
    ...current,
    tokens: overlay(current.tokens, stale.tokens),
    overview: overlay(current.overview, stale.overview),
    profile: overlay(current.profile, stale.profile),
    watched: overlay(current.watched, stale.watched),
    high: overlay(current.high, stale.high),
  };
}

function sameNeurons(a: readonly NeuronRef[], b: readonly NeuronRef[]): boolean {
  return a.length === b.length && a.every((n, i) => n.layer === b[i]!.layer && n.neuron === b[i]!.neuron);
}

function sameShape(a: RecordShape, b: RecordShape): boolean {
  return a.layers === b.layers && a.bins === b.bins && sameNeurons(a.watched, b.watched);
}

/** An overview in more or fewer bins, each with the value of the old one that its first neuron fell into. */
function rebinned(values: Float32Array, layers: number, from: number, to: number): Float32Array {
  return Float32Array.from(
    { length: layers * to },
    (_, i) => values[Math.floor(i / to) * from + Math.floor(((i % to) * from) / to)]!,
  );
}

/** What of a lane can still be shown under another shape. */
function reshaped(lane: LaneRecord, from: RecordShape, to: RecordShape): LaneRecord {
  const { layers, bins, watched } = to;
  if (layers !== from.layers || !sameNeurons(watched, from.watched))
    return { ...emptyLane(-1, 0, '', lane.made), tokens: lane.tokens };
  const overview = lane.overview.map((values) => values && rebinned(values, layers, from.bins, bins));
  return { ...lane, run: -1, overview };
}

function samePrompt(a: readonly TokenLabel[], b: readonly TokenLabel[]): boolean {
  return a.length === b.length && a.every((token, i) => token.id === b[i]!.id);
}

/** An empty record. `schedule` defers the notice to listeners to the next frame. */
export function createRunRecord(schedule: (flush: () => void) => void): RunRecord {
  let shape = emptyShape;
  let prompt: readonly TokenLabel[] = [];
  let lanes = laneIndices.map(() => ({ current: emptyLane(), stale: undefined as LaneRecord | undefined }));
  /** What was shown before the lanes that are being answered began. */
  let before: { shape: RecordShape; prompt: readonly TokenLabel[]; lanes: typeof lanes } | undefined;
  let version = 0;
  let scheduled = false;
  const listeners = new Set<() => void>();

  function changed(): void {
    if (scheduled) return;
    scheduled = true;
    schedule(() => {
      scheduled = false;
      version += 1;
      for (const listener of [...listeners]) listener();
    });
  }

  return {
    get shape() {
      return shape;
    },
    get prompt() {
      return prompt;
    },
    version: () => version,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    lane: (lane) => lanes[lane]!,
    begin(run, requests, next) {
      const shown = lanes.map(({ current, stale }) => ({
        current: merged(current, stale),
        stale: undefined,
      }));
      before = { shape, prompt, lanes: shown };
      if (!sameShape(shape, next)) {
        const from = shape;
        shape = next;
        lanes = lanes.map(({ current, stale }) => ({
          current: reshaped(merged(current, stale), from, next),
          stale: undefined,
        }));
      }
      requests.forEach(({ lane, key, made }, row) => {
        const { current, stale } = lanes[lane]!;
        lanes[lane] = { current: emptyLane(run, row, key, made), stale: merged(current, stale) };
      });
      changed();
    },
    affirm(affirmed, made) {
      for (const index of affirmed) {
        const lane = lanes[index]!;
        lane.current = { ...lane.current, made };
      }
      changed();
    },
    onPrompt(event) {
      if (!samePrompt(prompt, event.tokens)) for (const lane of lanes) lane.stale = undefined;
      prompt = event.tokens;
      changed();
    },
    onPosition(lane, event) {
      const { current } = lanes[lane]!;
      current.overview[event.position] = event.overview;
      current.profile[event.position] = event.profile;
      current.watched[event.position] = event.watched;
      current.high[event.position] = highOf(event.overview);
      changed();
    },
    onToken(lane, event) {
      lanes[lane]!.current.tokens[event.index] = event;
      changed();
    },
    onReread(lane, logprobs) {
      const { tokens } = lanes[lane]!.current;
      logprobs.forEach((referenceLogprob, index) => {
        const token = tokens[index];
        if (token) tokens[index] = { ...token, referenceLogprob };
      });
      changed();
    },
    settle(settled, ends) {
      before = undefined;
      settled.forEach((lane, i) => {
        lanes[lane]!.stale = undefined;
        const { current } = lanes[lane]!;
        current.finish = ends[i]?.finish;
        current.breakdown = ends[i]?.breakdown;
      });
      changed();
    },
    fail(failed) {
      const came = failed.some((lane) => lanes[lane]!.current.tokens.length > 0);
      if (before && !came && failed.length > 0) ({ shape, prompt, lanes } = before);
      else for (const lane of failed) lanes[lane]!.stale = undefined;
      changed();
    },
    clear() {
      before = undefined;
      shape = emptyShape;
      prompt = [];
      lanes = laneIndices.map(() => ({ current: emptyLane(), stale: undefined }));
      changed();
    },
  };
}

/** Tokens of the longest answer shown. */
export function answerLength(record: RunRecord): number {
  return Math.max(
    ...laneIndices.map((lane) => {
      const { current, stale } = record.lane(lane);
      return Math.max(current.tokens.length, stale?.tokens.length ?? 0);
    }),
  );
}

/** The token of an answer, and whether it belongs to the answer before. */
export function tokenAt(
  record: RunRecord,
  lane: LaneIndex,
  index: number,
): { token: TokenEvent; stale: boolean } | undefined {
  const { current, stale } = record.lane(lane);
  const token = current.tokens[index];
  if (token) return { token, stale: false };
  const old = stale?.tokens[index];
  return old && { token: old, stale: true };
}

/** Log-probability of an answer's token to the model as trained, whichever lane said it; undefined while it is not known. */
export function trainedLogprob(
  lane: LaneIndex,
  { logprob, referenceLogprob }: TokenEvent,
): number | undefined {
  return lane === 0 ? logprob : referenceLogprob;
}

/** Values of one position, [layers * bins], [layers] or [watched]; undefined where not read yet. */
export function valuesAt(
  record: RunRecord,
  lane: LaneIndex,
  position: number,
  kind: 'overview' | 'profile' | 'watched',
): Float32Array | undefined {
  const { current, stale } = record.lane(lane);
  return current[kind][position] ?? stale?.[kind][position];
}

/** The last position of a lane whose next token is known; 0 before any. */
export function lastContinued(record: RunRecord, lane: LaneIndex): number {
  const { current, stale } = record.lane(lane);
  const tokens = current.tokens.length || (stale?.tokens.length ?? 0);
  return Math.max(0, record.prompt.length + tokens - 2);
}

/** First index at which a lane's answer differs from the unsteered one; undefined while they agree. */
export function firstDifference(record: RunRecord, lane: LaneIndex): number | undefined {
  const a = record.lane(0).current.tokens;
  const b = record.lane(lane).current.tokens;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i]!.token.id !== b[i]!.token.id) return i;
  const ended = [0, lane].every((l) => record.lane(l as LaneIndex).current.finish !== undefined);
  return ended && a.length !== b.length ? length : undefined;
}
