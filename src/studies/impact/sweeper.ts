import type { ComplianceItem, ComplianceKind, NeutralItem, Passage } from '../../datasets/suites/suite.ts';
import { type ContinuationScorer, continuationScorer } from '../../inference/continuations.ts';
import { preparePrompt } from '../../model/prompt.ts';
import type { LanguageModel } from '../../model/types.ts';
import type { ModelIdentity } from '../../neurons/identity.ts';
import { answerFreely, comparedPlan, type FreeAnswerer, freeAnswerer } from './free.ts';
import { answerIds, type ImpactRecord, type ImpactTexts, scorePair, scorePassage } from './score-item.ts';
import { type SweepPlan, sweepLanes } from './sweep.ts';

/** How a model reads the texts of suites. */
export function impactTexts(model: LanguageModel): ImpactTexts {
  const hasTemplate = model.chatTemplate !== undefined;
  return {
    prompt: (turns) => preparePrompt(model, { kind: 'chat', system: '', turns: [...turns] }).ids,
    answer: (text) => answerIds(model.codec, hasTemplate, text),
    plain: (text) => model.codec.encode(text, { addBos: model.addBos }),
  };
}

/** A record to be made of an item of a suite. */
export type SweepJob =
  | { readonly type: 'margin'; readonly suite: string; readonly item: ComplianceItem | NeutralItem }
  | { readonly type: 'passage'; readonly suite: string; readonly item: Passage }
  | {
      readonly type: 'free';
      readonly suite: string;
      readonly kind: ComplianceKind;
      readonly item: ComplianceItem;
    };

/** What puts items to a model under every set and alpha of a plan. */
export interface Sweeper {
  readonly model: {
    readonly name: string;
    readonly fingerprint: string;
    /** Left out of sweeps that were begun before there were identities. */
    readonly identity?: ModelIdentity;
    readonly precision: string;
    readonly device: string;
  };
  readonly plan: SweepPlan;
  /** Jobs that are worth having in work at a time. */
  readonly ahead: number;
  /** @throws EngineError as `ContinuationScorer.score` and `FreeAnswerer.answer` */
  make(job: SweepJob, signal?: AbortSignal): Promise<ImpactRecord>;
}

/** What records are made with; scorer and answerer are of the plan's lanes. */
export interface SweepParts {
  readonly scorer: ContinuationScorer;
  readonly answerer: FreeAnswerer;
  readonly texts: ImpactTexts;
  readonly plan: SweepPlan;
}

/** Makes a record by a model at hand. */
function makeRecord(
  { scorer, answerer, texts, plan }: SweepParts,
  job: SweepJob,
  signal?: AbortSignal,
): Promise<ImpactRecord> {
  switch (job.type) {
    case 'margin':
      return scorePair(scorer, texts, plan, { ...job, signal });
    case 'passage':
      return scorePassage(scorer, texts, plan, { ...job, signal });
    case 'free':
      return answerFreely(answerer, texts, plan, { ...job, signal });
  }
}

/** Token ids with which every chat of a model begins, before anything that a person says. */
function chatStart({ prompt }: ImpactTexts): readonly number[] {
  const [one, other] = ['a', '1'].map((content) => prompt([{ role: 'user', content }]));
  const end = one.findIndex((id, i) => id !== other[i]);
  return one.slice(0, Math.max(0, end));
}

/** Sweeps a plan with a model at hand, one item at a time. Dispose it when it is done. */
export function sweeperOf(
  model: LanguageModel,
  plan: SweepPlan,
): Sweeper & { readonly parts: SweepParts; dispose(): void } {
  const { runtime, name, fingerprint, identity, precision } = model;
  const texts = impactTexts(model);
  const scorer = continuationScorer(model, sweepLanes(plan), chatStart(texts));
  const answerer = freeAnswerer(model, sweepLanes(comparedPlan(plan)));
  const parts = { scorer, answerer, texts, plan };
  return {
    model: { name, fingerprint, identity, precision, device: runtime.kind },
    plan,
    ahead: 1,
    parts,
    make: (job, signal) => makeRecord(parts, job, signal),
    dispose: () => scorer.dispose(),
  };
}
