import type { CancelledBy } from '../rpc/calls.ts';
import type { HandlersOf } from '../rpc/server.ts';
import { evaluateSet } from '../studies/identify/evaluate.ts';
import { learnSet } from '../studies/identify/learn.ts';
import { commandOf } from '../studies/identify/provenance.ts';
import {
  correctRun,
  listRuns,
  readRun,
  readSound,
  removeRun,
  summaryOf,
  withDatabase,
} from '../studies/identify/run-database.ts';
import { exportRun, importRun } from '../studies/identify/run-files.ts';
import { newRunKey } from '../studies/identify/run-key.ts';
import { impactReport } from '../studies/impact/report.ts';
import {
  impactSummary,
  labelAnswer,
  listImpacts,
  readImpact,
  removeImpact,
  withImpactDatabase,
} from '../studies/impact/sweep-database.ts';
import { origins } from '../studies/origins/handler.ts';
import type { StudyCalls } from './study-calls.ts';

/** Statistics run one after another; a newer one of its kind takes the place of an older. */
export const studyCancels: CancelledBy<StudyCalls> = {
  learn: ['learn'],
  evaluate: ['evaluate'],
  origins: ['origins'],
  impactReport: ['impactReport'],
};

/** What answers the study worker's calls. */
export const study: HandlersOf<StudyCalls> = {
  runs: async () => ({ runs: await withDatabase(listRuns) }),
  records: ({ run }) =>
    withDatabase(async (db) => {
      const { entry, records, corrections, notes } = await readRun(db, run);
      return { summary: summaryOf(entry, notes), records, corrections };
    }),
  correct: ({ run, ...correction }) =>
    withDatabase(async (db) => {
      await correctRun(db, run, correction);
      return {};
    }),
  remove: ({ run }) =>
    withDatabase(async (db) => {
      await removeRun(db, run);
      return {};
    }),
  exportRun: ({ run }) => withDatabase(async (db) => ({ files: await exportRun(db, run) })),
  importRun: ({ files }) => withDatabase((db) => importRun(db, newRunKey(), files)),
  learn: ({ run, settings }, { signal, emit }) =>
    withDatabase(async (db) => {
      const data = await readSound(db, run);
      const command = commandOf(data.manifest, settings);
      const created = new Date().toISOString();
      return learnSet(data, { ...settings, created, command, signal, onProgress: emit });
    }),
  evaluate: ({ set, run, trainRun, draws, seed }, { signal, emit }) =>
    withDatabase(async (db) => {
      const train = trainRun === undefined ? undefined : await readSound(db, trainRun);
      const options = { draws, seed, signal, onProgress: emit };
      return evaluateSet(set, await readSound(db, run), { ...options, trainRun: train });
    }),
  origins,
  impactRuns: async () => ({ runs: await withImpactDatabase(listImpacts) }),
  impactRun: ({ run }) =>
    withImpactDatabase(async (db) => {
      const { entry, suites, records, labels } = await readImpact(db, run);
      return { summary: impactSummary(entry), suites, records, labels };
    }),
  impactReport: ({ run }, { signal, emit }) =>
    withImpactDatabase(async (db) => {
      const { entry, records, labels } = await readImpact(db, run);
      const { manifest, seed } = entry;
      return impactReport(manifest, records, { seed, labels, signal, onProgress: emit });
    }),
  labelFree: ({ run, label, ...place }) =>
    withImpactDatabase(async (db) => {
      await labelAnswer(db, run, place, label);
      return {};
    }),
  removeImpact: ({ run }) =>
    withImpactDatabase(async (db) => {
      await removeImpact(db, run);
      return {};
    }),
};
