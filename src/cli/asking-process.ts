import { graphIo } from '../decode/graph-io.ts';
import { askerOf } from '../engine/identify.ts';
import { chatNotice } from '../engine/prompt.ts';
import { EngineError } from '../errors.ts';
import { modelQuestioner, type Questioner } from '../identify/ask.ts';
import type { AskingCalls } from './asking-calls.ts';
import { openModel } from './open-model.ts';
import { answerInProcess, peakBytes } from './process-pool.ts';

let questioner: Questioner | undefined;

answerInProcess<AskingCalls>({
  async open({ model: path, device, settings }) {
    const model = await openModel(path, device, { threads: 1 });
    questioner = modelQuestioner(askerOf({ model, io: graphIo(model) }), settings);
    const notice = settings.form === 'plain' ? '' : chatNotice(model, ['user']);
    return { model: questioner.model, ahead: questioner.ahead, notice, peakBytes: peakBytes() };
  },
  async ask(item, { signal }) {
    if (!questioner) throw new EngineError('no-model', 'The process was asked before it had a model.');
    return questioner.ask(item, signal);
  },
});
