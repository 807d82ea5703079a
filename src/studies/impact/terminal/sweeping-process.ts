import { activationStatistics } from '../../../engine/activation-statistics.ts';
import { EngineError } from '../../../lib/errors.ts';
import { chatNotice } from '../../../model/prompt.ts';
import { openLanguageModel } from '../../../node/open-model.ts';
import { answerInProcess, peakBytes } from '../../../node/process-pool.ts';
import { sweepPlan } from '../sweep.ts';
import { type Sweeper, sweeperOf } from '../sweeper.ts';
import type { SweepingCalls } from './sweeping-calls.ts';
import { sweptSets } from './swept-sets.ts';

let sweeper: Sweeper | undefined;

answerInProcess<SweepingCalls>(
  {
    async open({ model: path, device, files, neurons, ...choice }) {
      const model = await openLanguageModel(path, device, { threads: 1 });
      const { meanCett } = await activationStatistics(model);
      const { sets, notes } = await sweptSets(files, neurons, model);
      const plan = sweepPlan({ ...choice, sets, layout: model.layout, meanCett });
      sweeper = sweeperOf(model, plan);
      const notice = chatNotice(model, ['user', 'assistant', 'user']);
      return {
        model: sweeper.model,
        plan,
        notes: notice === '' ? notes : [notice, ...notes],
        peakBytes: peakBytes(),
      };
    },
    async make(job, { signal }) {
      if (!sweeper) throw new EngineError('no-model', 'The process was asked before it had a model.');
      return sweeper.make(job, signal);
    },
  },
  // What a scorer keeps of a prompt is of use to the next.
  { make: [] },
);
