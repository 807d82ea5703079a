import { EngineError } from '../lib/errors.ts';
import { renderChat } from './chat.ts';
import type { ChatMessage, LanguageModel } from './types.ts';

/** A chat through the model's template, or text as it stands. */
export type Prompt =
  | {
      readonly kind: 'chat';
      readonly system: string;
      readonly turns: readonly { readonly role: 'user' | 'assistant'; readonly content: string }[];
    }
  | {
      readonly kind: 'raw';
      readonly text: string;
      /** Control tokens that are written in the text are such; letters like others where it is left out. */
      readonly readControls?: boolean | undefined;
    }
  | { readonly kind: 'ids'; readonly ids: readonly number[] };

export interface PreparedPrompt {
  readonly ids: readonly number[];
  /** What a person should know of how the model reads it; empty where there is nothing to say. */
  readonly notice: string;
}

/** A hint for a text to go on with that ends in a space; empty for others. */
function spaceHint(text: string): string {
  return /[^\S\r\n]$/.test(text)
    ? 'The text ends in a space. Most tokens begin with theirs, so the next word may come out odd: leave the last space away if that is not what you want.'
    : '';
}

/**
 * What a person should know of how a model reads the conversations that a study puts to it, told by one of them; empty where
 * there is nothing to say.
 * @param roles of its turns
 */
export function chatNotice(model: LanguageModel, roles: readonly ('user' | 'assistant')[]): string {
  const turns = roles.map((role, i) => ({ role, content: `Text ${i + 1}.` }));
  try {
    return preparePrompt(model, { kind: 'chat', system: '', turns }).notice;
  } catch {
    // Whatever cannot be put to the model is skipped with its reason when it comes to it.
    return '';
  }
}

/**
 * Token ids of a prompt. What a person typed is literal text: control tokens come from the chat template alone, and in
 * raw text from where `readControls` asks for them. A blank system text is left out, so that the template's own applies.
 * @throws EngineError `bad-input` for a blank prompt, and as `renderChat`
 */
export function preparePrompt(model: LanguageModel, prompt: Prompt): PreparedPrompt {
  const { codec, addBos } = model;
  if (prompt.kind === 'ids') return { ids: prompt.ids, notice: '' };
  if (prompt.kind === 'raw') {
    const { text, readControls = false } = prompt;
    if (text === '') throw new EngineError('bad-input', 'The prompt is empty; type some text.');
    return { ids: codec.encode(text, { addBos, readControls }), notice: spaceHint(text) };
  }
  const last = prompt.turns.at(-1);
  if (!last || last.content.trim() === '')
    throw new EngineError('bad-input', 'The question is empty; type one.');
  const system: ChatMessage[] =
    prompt.system.trim() === '' ? [] : [{ role: 'system', content: prompt.system }];
  const { text, notice } = renderChat(model, [...system, ...prompt.turns]);
  const hasTemplate = model.chatTemplate !== undefined;
  const hint = hasTemplate ? '' : spaceHint(text.text);
  return {
    ids: codec.encode(text, { addBos: !hasTemplate && addBos }),
    notice: [notice, hint].filter((part) => part !== '').join(' '),
  };
}
