import type { ComplianceItem, NeutralItem, Passage, Turn } from '../../datasets/suites/suite.ts';
import type { ContinuationScorer } from '../../inference/continuations.ts';
import type { Sealed } from '../../lib/bytes/checksum.ts';
import type { TextCodec } from '../../model/types.ts';
import type { FreeVerdict } from './judge-free.ts';
import { bySet, type SweepPlan } from './sweep.ts';

/** How texts become tokens of a model. */
export interface ImpactTexts {
  /** Token ids of a chat, up to where the answer begins. */
  prompt(turns: readonly Turn[]): readonly number[];
  /** Token ids of an answer's text as it stands behind a prompt. */
  answer(text: string): readonly number[];
  /** Token ids of plain text from its beginning. */
  plain(text: string): readonly number[];
}

/** Two answers compared, by set and alpha. */
export interface MarginRecord extends Sealed {
  readonly type: 'margin';
  readonly suite: string;
  readonly id: string;
  /**
   * [set][alpha] log-probability of the answer that goes along (of a neutral item: that is wrong) less that of the other,
   * nats.
   */
  readonly raw: readonly (readonly number[])[];
  /** The same of the mean over each answer's tokens, nats a token. */
  readonly normalised: readonly (readonly number[])[];
}

/** A passage read, by set and alpha. */
export interface PassageRecord extends Sealed {
  readonly type: 'passage';
  readonly suite: string;
  readonly id: string;
  /** Tokens that are predicted. */
  readonly tokens: number;
  /** [set][alpha] negative log-probability of all of them, nats. */
  readonly loss: readonly (readonly number[])[];
}

/** Tokens of a free answer at most. */
export const FREE_TOKENS = 40;

/** What the model says where it is left to talk. */
export interface FreeAnswer {
  readonly text: string;
  /** By rule. */
  readonly verdict: FreeVerdict;
  /** Length, without the token that ends it. */
  readonly tokens: number;
}

/** An item answered freely. */
export interface FreeRecord extends Sealed {
  readonly type: 'free';
  readonly suite: string;
  readonly id: string;
  /** [set][alpha], of the sets and controls only. */
  readonly answers: readonly (readonly FreeAnswer[])[];
}

export type ImpactRecord = MarginRecord | PassageRecord | FreeRecord;

const DIGITS = 1e6;
const rounded = (value: number) => Math.round(value * DIGITS) / DIGITS;
const total = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0);

/** The answer that goes along (or is wrong), and the other. */
export function pairOf(item: ComplianceItem | NeutralItem): readonly [along: string, against: string] {
  return 'along' in item ? [item.along, item.against] : [item.wrong, item.right];
}

/** Compares an item's two answers under every set and alpha of a plan. */
export async function scorePair(
  scorer: ContinuationScorer,
  texts: ImpactTexts,
  plan: SweepPlan,
  input: {
    readonly suite: string;
    readonly item: ComplianceItem | NeutralItem;
    readonly signal?: AbortSignal;
  },
): Promise<MarginRecord> {
  const { suite, item, signal } = input;
  const scores = await scorer.score({
    promptIds: texts.prompt(item.turns),
    continuations: pairOf(item).map((text) => texts.answer(text)),
    signal,
  });
  const raw = scores.map(([along, against]) => rounded(total(along) - total(against)));
  const normalised = scores.map(([along, against]) =>
    rounded(total(along) / along.length - total(against) / against.length),
  );
  return { type: 'margin', suite, id: item.id, raw: bySet(plan, raw), normalised: bySet(plan, normalised) };
}

/** Reads a passage under every set and alpha of a plan; its first token is given. */
export async function scorePassage(
  scorer: ContinuationScorer,
  texts: ImpactTexts,
  plan: SweepPlan,
  input: { readonly suite: string; readonly item: Passage; readonly signal?: AbortSignal },
): Promise<PassageRecord> {
  const { suite, item, signal } = input;
  const [first, ...rest] = texts.plain(item.text);
  const scores = await scorer.score({ promptIds: [first], continuations: [rest], signal });
  const loss = scores.map(([logprobs]) => rounded(-total(logprobs)));
  return { type: 'passage', suite, id: item.id, tokens: rest.length, loss: bySet(plan, loss) };
}

/** Texts as a model with or without a chat template reads them. */
export function answerIds(codec: TextCodec, hasTemplate: boolean, text: string): number[] {
  // Behind a template's header an answer begins at once, behind "Answer:" with a space.
  return codec.encode(hasTemplate ? text : ` ${text}`, { addBos: false });
}
