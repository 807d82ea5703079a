import { generate, MAX_LANES } from '../decode/generate.ts';
import type { GraphIo } from '../decode/graph-io.ts';
import type { LanguageModel } from '../model/types.ts';
import { type FreeVerdict, judgeFree } from './judge-free.ts';
import type { ImpactTexts } from './score-item.ts';
import type { ComplianceItem } from './suites.ts';
import { bySet, type SweepPlan, sweepLanes } from './sweep.ts';

/** What the model answers freely, by set and alpha. */
export interface FreeRecord {
  readonly type: 'free';
  readonly suite: string;
  readonly id: string;
  /** [set][alpha] */
  readonly answers: readonly (readonly { readonly text: string; readonly verdict: FreeVerdict }[])[];
}

/** Tokens of a free answer at most. */
export const FREE_TOKENS = 40;

const greedy = { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 0 } as const;

/**
 * Lets the model answer an item's request under every set and alpha of a plan, greedily, and judges the answers by rule.
 * @throws EngineError as `generate`
 */
export async function answerFreely(
  model: LanguageModel,
  io: GraphIo,
  texts: ImpactTexts,
  plan: SweepPlan,
  input: {
    readonly suite: string;
    readonly kind: string;
    readonly item: ComplianceItem;
    readonly signal?: AbortSignal;
  },
): Promise<FreeRecord> {
  const { suite, kind, item, signal } = input;
  const promptIds = texts.prompt(item.turns);
  const lanes = sweepLanes(plan).map((neurons) => ({
    neurons,
    scope: 'everywhere' as const,
    sampling: greedy,
  }));
  const answers: { readonly text: string; readonly verdict: FreeVerdict }[] = [];
  for (let at = 0; at < lanes.length; at += MAX_LANES) {
    const request = {
      promptIds,
      lanes: lanes.slice(at, at + MAX_LANES),
      maxTokens: FREE_TOKENS,
      captures: 'none' as const,
      signal,
    };
    const result = await generate(model, io, request, { position: () => {}, token: () => {} });
    answers.push(
      ...result.lanes.map(({ text, ids }) => ({ text, verdict: judgeFree(kind, item, text, ids).verdict })),
    );
  }
  return { type: 'free', suite, id: item.id, answers: bySet(plan, answers) };
}
