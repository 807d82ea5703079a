import type { ComplianceItem, ComplianceKind, NeutralItem, Passage } from '../../datasets/suites/suite.ts';
import type { ContinuationScorer } from '../../inference/continuations.ts';
import type { ModelIdentity } from '../../neurons/identity.ts';
import { answerFreely, type FreeAnswerer } from './free.ts';
import { type ImpactRecord, type ImpactTexts, scorePair, scorePassage } from './score-item.ts';
import type { SweepPlan } from './sweep.ts';

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
export function makeRecord(
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
