import { COMPLIANCE_KINDS } from '../../datasets/suites/suite.ts';
import type { OnProgress } from '../../lib/bytes/progress.ts';
import { type PerplexityEffect, perplexities, type SuiteEffects, suiteEffects } from './effects.ts';
import { type FreeEffects, freeEffects } from './free-effects.ts';
import type { FreeLabel } from './labels.ts';
import type { ImpactManifest } from './run.ts';
import type { FreeRecord, ImpactRecord, MarginRecord, PassageRecord } from './score-item.ts';
import { type ImpactVerdict, verdictOf } from './verdict.ts';

/** Everything that a sweep shows. */
export interface ImpactReport {
  readonly manifest: ImpactManifest;
  /** Of suites that can be gone along with. */
  readonly compliance: readonly (SuiteEffects & { readonly verdict: ImpactVerdict })[];
  /** Of plain questions: `rate` is the share answered wrong. */
  readonly neutral: readonly SuiteEffects[];
  readonly perplexity: readonly {
    readonly suite: string;
    readonly passages: number;
    readonly sets: readonly PerplexityEffect[];
  }[];
  /** Of suites of which items were answered freely. */
  readonly free: readonly FreeEffects[];
}

/**
 * Works out what the records of a sweep show. Suites of which nothing was asked are left out.
 * @param options.labels a person's labels of free answers
 */
export async function impactReport(
  manifest: ImpactManifest,
  records: readonly ImpactRecord[],
  options: {
    readonly seed: number;
    readonly labels?: readonly FreeLabel[];
    readonly signal?: AbortSignal;
    readonly onProgress?: OnProgress;
  },
): Promise<ImpactReport> {
  const { plan, suites } = manifest;
  const perplexity: ImpactReport['perplexity'][number][] = [];
  for (const { name } of suites) {
    const passages = records.filter(
      (record): record is PassageRecord => record.type === 'passage' && record.suite === name,
    );
    if (passages.length > 0)
      perplexity.push({
        suite: name,
        passages: passages.length,
        sets: await perplexities(plan, name, passages, options),
      });
  }
  const compliance: ImpactReport['compliance'][number][] = [];
  const neutral: SuiteEffects[] = [];
  for (const { name, kind } of suites) {
    const margins = records.filter(
      (record): record is MarginRecord => record.type === 'margin' && record.suite === name,
    );
    if (margins.length === 0) continue;
    const effects = await suiteEffects(plan, name, margins, options);
    if (COMPLIANCE_KINDS.some((each) => each === kind))
      compliance.push({ ...effects, verdict: verdictOf(plan, effects, perplexity[0]?.sets) });
    else neutral.push(effects);
  }
  const free: FreeEffects[] = [];
  for (const { name } of suites) {
    const answered = records.filter(
      (record): record is FreeRecord => record.type === 'free' && record.suite === name,
    );
    if (answered.length > 0)
      free.push(await freeEffects(plan, name, answered, options.labels ?? [], options));
  }
  return { manifest, compliance, neutral, perplexity, free };
}
