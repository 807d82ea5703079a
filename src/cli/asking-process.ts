import { graphIo } from '../decode/graph-io.ts';
import { askerOf } from '../engine/identify.ts';
import { EngineError } from '../errors.ts';
import { modelQuestioner, type Questioner } from '../identify/ask.ts';
import type { RequestOf } from '../protocol/calls.ts';
import { serve } from '../protocol/server.ts';
import type { AskingCalls } from './asking-calls.ts';
import { openModel } from './open-model.ts';

let questioner: Questioner | undefined;

const answer = serve<AskingCalls>(
  {
    async open({ model: path, device, settings }) {
      const model = await openModel(path, device, { threads: 1 });
      questioner = modelQuestioner(askerOf({ model, io: graphIo(model) }), settings);
      const { maxRSS } = process.resourceUsage();
      return { model: questioner.model, ahead: questioner.ahead, peakBytes: maxRSS * 1024 };
    },
    async ask(item, { signal }) {
      if (!questioner) throw new EngineError('no-model', 'The process was asked before it had a model.');
      return questioner.ask(item, signal);
    },
  },
  (response) => process.send?.(response),
  {},
);

process.on('message', (request: RequestOf<AskingCalls>) => answer(request));
process.on('disconnect', () => process.exit());
// Ctrl-C reaches every process of a terminal: the one that stores the run stops the others.
process.on('SIGINT', () => {});
