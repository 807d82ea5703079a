import { Template } from '@huggingface/jinja';
import { EngineError } from '../errors.ts';
import type { ChatMessage, LanguageModel } from './types.ts';

export interface RenderedPrompt {
  readonly text: string;
  /** What was changed so that the template takes the messages; empty where nothing was. */
  readonly notice: string;
}

type Templated = Pick<LanguageModel, 'name' | 'chatTemplate' | 'bosToken' | 'eosToken'>;

function render(model: Templated, template: Template, messages: readonly ChatMessage[]): string {
  return template.render({
    messages: messages.map(({ role, content }) => ({ role, content })),
    add_generation_prompt: true,
    bos_token: model.bosToken,
    eos_token: model.eosToken,
  });
}

function merged(messages: readonly ChatMessage[]): ChatMessage[] {
  const [system, first, ...rest] = messages;
  return [{ role: first.role, content: `${system.content}\n\n${first.content}` }, ...rest];
}

/**
 * Puts messages through a model's chat template, ready for the answer. A template that refuses a system message gets it
 * in front of the first question; a model without a template gets plain text.
 * @throws EngineError `bad-input` where the template takes the messages in neither form
 */
export function renderChat(model: Templated, messages: readonly ChatMessage[]): RenderedPrompt {
  if (!model.chatTemplate) {
    return {
      text: messages.map(({ content }) => content).join('\n\n'),
      notice: `${model.name} has no chat template: the text was given to it as it stands.`,
    };
  }
  const hasSystem = messages[0]?.role === 'system' && messages.length > 1;
  try {
    const template = new Template(model.chatTemplate);
    try {
      const text = render(model, template, messages);
      if (!hasSystem || text.includes(messages[0].content.trim())) return { text, notice: '' };
    } catch (error) {
      if (!hasSystem) throw error;
    }
    return {
      text: render(model, template, merged(messages)),
      notice: `The chat template of ${model.name} takes no system text: it was put before the question.`,
    };
  } catch (cause) {
    throw new EngineError(
      'bad-input',
      `The chat template of ${model.name} refuses these messages; try raw text instead.`,
      { cause },
    );
  }
}
