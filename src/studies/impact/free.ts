import type { ComplianceItem } from '../../datasets/suites/suite.ts';
import { generate, MAX_LANES } from '../../inference/generate.ts';
import type { LanguageModel } from '../../model/types.ts';
import { scaleKey } from '../../neurons/scales.ts';
import type { ScaledNeuron } from '../../neurons/types.ts';
import { judgeFree } from './judge-free.ts';
import { FREE_TOKENS, type FreeRecord, type ImpactTexts } from './score-item.ts';
import { bySet, comparedSets, type SweepPlan } from './sweep.ts';

const greedy = { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 0 } as const;

/** An answer in text and tokens, without the one that ends it. */
interface FreeText {
  readonly text: string;
  readonly ids: readonly number[];
}

/** Lets a model answer under several factors. */
export interface FreeAnswerer {
  /** One answer a lane. @throws EngineError as `generate` */
  answer(promptIds: readonly number[], signal?: AbortSignal): Promise<readonly FreeText[]>;
}

/** Answers greedily under lanes of factors, which hold everywhere. Lanes that scale alike are answered once. */
export function freeAnswerer(
  model: LanguageModel,
  neuronsOfLanes: readonly (readonly ScaledNeuron[])[],
): FreeAnswerer {
  const keys = neuronsOfLanes.map(scaleKey);
  const lanes = new Map(
    keys.map((key, i) => [
      key,
      { neurons: neuronsOfLanes[i], scope: 'everywhere' as const, sampling: greedy },
    ]),
  );
  return {
    async answer(promptIds, signal) {
      const answers = new Map<string, FreeText>();
      const all = [...lanes];
      for (let at = 0; at < all.length; at += MAX_LANES) {
        const batch = all.slice(at, at + MAX_LANES);
        const { lanes: results } = await generate(
          model,
          {
            promptIds,
            lanes: batch.map(([, lane]) => lane),
            maxTokens: FREE_TOKENS,
            captures: 'none',
            signal,
          },
          { position: () => {}, token: () => {} },
        );
        for (const [i, { text, ids }] of results.entries()) answers.set(batch[i][0], { text, ids });
      }
      return keys.map((key) => answers.get(key) as FreeText);
    },
  };
}

/** The sets and controls of a plan: under these items are answered freely. */
export function comparedPlan(plan: SweepPlan): SweepPlan {
  return { alphas: plan.alphas, sets: comparedSets(plan) };
}

/**
 * Lets an item be answered under every set, control and alpha of a plan, and judges the answers by rule.
 * @param answerer of the lanes of `comparedPlan`
 */
export async function answerFreely(
  answerer: FreeAnswerer,
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
  const given = await answerer.answer(texts.prompt(item.turns), signal);
  const answers = given.map(({ text, ids }) => ({
    text,
    verdict: judgeFree(kind, item, text, ids).verdict,
    tokens: ids.length,
  }));
  return { type: 'free', suite, id: item.id, answers: bySet(comparedPlan(plan), answers) };
}
