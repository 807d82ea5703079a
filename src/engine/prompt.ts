import { EngineError } from '../errors.ts';
import { renderChat } from '../model/chat.ts';
import type { ChatMessage, LanguageModel } from '../model/types.ts';
import type { Prompt } from '../protocol/messages.ts';

export interface PreparedPrompt {
  readonly ids: readonly number[];
  readonly notice: string;
}

/**
 * Token ids of a prompt. A blank system text is left out, so that the template's own applies.
 * @throws EngineError `bad-input` for a blank prompt
 */
export function preparePrompt(model: LanguageModel, prompt: Prompt): PreparedPrompt {
  if (prompt.kind === 'ids') return { ids: prompt.ids, notice: '' };
  if (prompt.kind === 'raw') {
    if (prompt.text === '') throw new EngineError('bad-input', 'The prompt is empty; type some text.');
    return { ids: model.codec.encode(prompt.text, { addBos: model.addBos }), notice: '' };
  }
  const last = prompt.turns.at(-1);
  if (!last || last.content.trim() === '')
    throw new EngineError('bad-input', 'The question is empty; type one.');
  const system: ChatMessage[] =
    prompt.system.trim() === '' ? [] : [{ role: 'system', content: prompt.system }];
  const { text, notice } = renderChat(model, [...system, ...prompt.turns]);
  return { ids: model.codec.encode(text, { addBos: !model.chatTemplate && model.addBos }), notice };
}
