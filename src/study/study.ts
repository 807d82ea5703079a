import { evaluateSet } from '../identify/evaluate.ts';
import { learnSet } from '../identify/learn.ts';
import { commandOf } from '../identify/provenance.ts';
import { newRunKey } from '../identify/run-key.ts';
import { impactReport } from '../impact/report.ts';
import type { CancelledBy } from '../protocol/calls.ts';
import type { HandlersOf } from '../protocol/server.ts';
import type { StudyCalls } from '../protocol/study-messages.ts';
import {
  impactSummary,
  labelAnswer,
  listImpacts,
  readImpact,
  removeImpact,
  withImpactDatabase,
} from './impact-database.ts';
import { origins } from './origins.ts';
import {
  correctRun,
  listRuns,
  readRun,
  readSound,
  removeRun,
  summaryOf,
  withDatabase,
} from './run-database.ts';
import { exportRun, importRun } from './run-files.ts';

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
