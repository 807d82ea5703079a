/** The three studies of the paper as library calls; stores in memory, or any that has their interface. */
export {
  formatQuestionSet,
  parseQuestionSet,
  type Question,
  type QuestionSet,
} from './datasets/questions/question-set.ts';
export { formatSuite, parseSuite, type Suite } from './datasets/suites/suite.ts';
export type { RunSettings } from './studies/identify/ask.ts';
export { type Evaluation, evaluateSet } from './studies/identify/evaluate.ts';
export type { Finding } from './studies/identify/finding.ts';
export { judgeReply } from './studies/identify/judge.ts';
export { type LearnOptions, learnSet } from './studies/identify/learn.ts';
export {
  type IdentifyOptions,
  identify,
  type MemoryRun,
  memoryRun,
} from './studies/identify/library.ts';
export type { RunData } from './studies/identify/material.ts';
export type { QuestionRecord, RunManifest, RunStore } from './studies/identify/records.ts';
export type { RunProgress } from './studies/identify/run.ts';
export {
  type MemorySweep,
  memorySweep,
  type SweepOptions,
  sweep,
} from './studies/impact/library.ts';
export { type ImpactReport, impactReport } from './studies/impact/report.ts';
export type { ImpactManifest, ImpactProgress, ImpactStore } from './studies/impact/run.ts';
export type { ImpactRecord } from './studies/impact/score-item.ts';
export { type OriginsReport, originsOf } from './studies/origins/report.ts';
export { effectSentence, membersSentence } from './studies/report-text/impact.ts';
export { originsSentence } from './studies/report-text/origins.ts';
export { verdictSentence, warningsOf } from './studies/report-text/verdict.ts';
