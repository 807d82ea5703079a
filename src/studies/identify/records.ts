import { z } from 'zod';
import type { Question } from '../../datasets/questions/question-set.ts';
import type { Sealed } from '../../lib/bytes/checksum.ts';
import { fitsMemory } from '../../lib/bytes/json-text.ts';
import { EngineError } from '../../lib/errors.ts';
import { identitySchema, type ModelIdentity, otherThanBegun } from '../../neurons/identity.ts';
import type { WeightSignature } from '../../neurons/signature.ts';
import type { AnswerTokens } from './answer-tokens.ts';
import type { Status } from './consistency.ts';
import type { FeatureVector } from './features.ts';
import type { Verdict } from './judge.ts';
import type { Reply, SampleSettings } from './sample.ts';

/** A part of a run: the questions whose index leaves the remainder `index` on division by `count`. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** What a run is made of: a run is only resumed or merged with one that has the same. */
export interface RunManifest {
  readonly format: 'h-neuron-run';
  readonly version: 1;
  readonly model: {
    readonly name: string;
    readonly architecture: string;
    readonly fingerprint: string;
    /** Left out of runs that were begun before there were identities. */
    readonly identity?: ModelIdentity;
    readonly signature?: WeightSignature;
    readonly widths: readonly number[];
    readonly precision: string;
    readonly device: string;
  };
  readonly questions: {
    readonly name: string;
    readonly count: number;
    /** Of the questions' text, so that a changed set is noticed. */
    readonly hash: string;
    readonly licences: readonly string[];
    /** Where only these relations of the set were asked. */
    readonly relations?: readonly string[];
    /** Where the questions showed the choices that they offer. */
    readonly asked?: 'choices';
  };
  readonly settings: SampleSettings & { readonly agree: number };
  readonly shard: Shard;
  readonly vectors: readonly FeatureVector[];
}

export interface JudgedReply extends Reply {
  readonly verdict: Verdict;
}

/** What became of one question. */
export interface QuestionRecord extends Sealed {
  /** Place of the question in its set, from 0. */
  readonly index: number;
  readonly question: Question;
  /** `skipped`: it could not be asked. */
  readonly status: Status | 'skipped';
  /** Why it was skipped, or why an agreeing question has no features. */
  readonly reason?: string;
  readonly replies: readonly JudgedReply[];
  /** Nats. */
  readonly firstEntropy?: number;
  readonly representative?: number;
  /** Tokens of the representative reply that are its answer. */
  readonly answer?: AnswerTokens;
  /** Row of its features; only where it has some. */
  readonly row?: number;
  /** CRC-32 of the bytes of its features; left out of what was stored before there were checksums. */
  readonly featuresCrc?: string;
}

/** Keeps a run as it grows. Whatever `append` has finished for survives the end of the process or tab. */
export interface RunStore {
  /** What an earlier process left: everything that it finished; undefined where there is no run. */
  load(): Promise<
    { readonly manifest: RunManifest; readonly records: readonly QuestionRecord[] } | undefined
  >;
  /** Starts a run. */
  begin(manifest: RunManifest): Promise<void>;
  /** Adds a record and its features (as `packFeatures` gives them), both or neither. */
  append(record: QuestionRecord, features: Uint16Array | undefined): Promise<void>;
}

const count = z.int().nonnegative();

/** Only what a program relies on; the rest of a record was written by this program. */
const recordSchema = z.looseObject({
  index: count,
  question: z.looseObject({
    id: z.string(),
    fact: z.string(),
    question: z.string(),
    answers: z.array(z.string()),
    relation: z.string(),
  }),
  status: z.enum(['right', 'wrong', 'uncertain', 'mixed', 'skipped']),
  replies: z.array(
    z.looseObject({ text: z.string(), ids: z.array(count), logprobs: z.array(z.number().nullable()) }),
  ),
  representative: count.optional(),
  answer: z.looseObject({ tokens: z.array(count).min(1) }).optional(),
  row: count.optional(),
  featuresCrc: z.string().optional(),
  crc: z.string().optional(),
});

/** A record with features stands for one of its replies and that reply's answer. */
const isWhole = ({ row, representative = 0, replies, answer }: z.infer<typeof recordSchema>) =>
  row === undefined || (representative < replies.length && answer !== undefined);

const manifestSchema = z.looseObject({
  format: z.literal('h-neuron-run'),
  version: z.literal(1),
  model: z.looseObject({
    name: z.string(),
    fingerprint: z.string(),
    identity: identitySchema.optional(),
    widths: z.array(count).min(1),
  }),
  questions: z.looseObject({ name: z.string(), count, hash: z.string(), licences: z.array(z.string()) }),
  settings: z.looseObject({ samples: count, agree: count, seed: z.number() }),
  shard: z.object({ index: count, count: count.min(1) }),
  vectors: z.array(z.string()).min(1),
});

/** A record from its line; undefined where it is none. */
export function parseRecord(line: string): QuestionRecord | undefined {
  try {
    const data: unknown = JSON.parse(line);
    const result = recordSchema.safeParse(data);
    return result.success && isWhole(result.data) ? (data as QuestionRecord) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Reads what a run is made of.
 * @param place " in FOLDER", for messages
 * @throws EngineError `bad-input` where the text is no manifest
 */
export function parseManifest(text: string, place = ''): RunManifest {
  const other = `run.json${place} does not describe a run of this program; choose another folder.`;
  // Descriptions are small, whatever the archive that they come in.
  if (!fitsMemory(text, 0.25, 0)) throw new EngineError('bad-input', other);
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new EngineError('bad-input', `The description of the run (run.json${place}) is not valid JSON.`, {
      cause,
    });
  }
  if (!manifestSchema.safeParse(data).success) throw new EngineError('bad-input', other);
  return data as RunManifest;
}

const isGiven = ([, value]: readonly [string, unknown]) => value !== undefined;

/** What the one run has and the other has not, the first of it and shard aside; undefined where they are of one kind. */
export function differenceOf(a: RunManifest, b: RunManifest): string | undefined {
  const parts = (run: RunManifest): [string, unknown][] => [
    ['another architecture', [run.model.architecture, run.model.widths]],
    ['another precision of the weights', run.model.precision],
    ['another device', run.model.device],
    ['other questions', run.questions.hash],
    ['other settings', Object.entries(run.settings).filter(isGiven).sort()],
    ['other feature vectors', run.vectors],
  ];
  const others = parts(b);
  const difference = otherThanBegun(a.model, b.model);
  if (difference) return difference;
  return parts(a).find(([, value], i) => JSON.stringify(value) !== JSON.stringify(others[i][1]))?.[0];
}
