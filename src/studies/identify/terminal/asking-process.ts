import { EngineError } from '../../../lib/errors.ts';
import { chatNotice } from '../../../model/prompt.ts';
import { openLanguageModel } from '../../../node/open-model.ts';
import { answerInProcess, peakBytes } from '../../../node/process-pool.ts';
import { askerOf, modelQuestioner, type Questioner } from '../ask.ts';
import type { AskingCalls } from './asking-calls.ts';

let questioner: Questioner | undefined;

answerInProcess<AskingCalls>({
  async open({ model: path, device, settings }) {
    const model = await openLanguageModel(path, device, { threads: 1 });
    questioner = modelQuestioner(askerOf(model), settings);
    const notice = settings.form === 'plain' ? '' : chatNotice(model, ['user']);
    return { model: questioner.model, ahead: questioner.ahead, notice, peakBytes: peakBytes() };
  },
  async ask(item, { signal }) {
    if (!questioner) throw new EngineError('no-model', 'The process was asked before it had a model.');
    return questioner.ask(item, signal);
  },
});
