import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';
import { TooMuchWork } from './template/budget.ts';
import { renderTemplate } from './template/render.ts';
import { joinTexts, Text } from './template/text.ts';
import type { ChatMessage, LanguageModel } from './types.ts';

export interface RenderedPrompt {
  /** What the model reads, with the parts that were typed; `source` of a part is the index of its message. */
  readonly text: Text;
  /** What was changed so that the template takes the messages, or what it leaves out; empty where nothing was. */
  readonly notice: string;
}

type Templated = Pick<LanguageModel, 'name' | 'chatTemplate' | 'bosToken' | 'eosToken'>;

interface TypedMessage {
  readonly role: ChatMessage['role'];
  readonly content: Text;
}

/** How a message's content is given: as a text, or as the list of parts that templates of multimodal models go through. */
type Form = 'text' | 'parts';

const FORMS: readonly Form[] = ['text', 'parts'];
const LONGEST_REASON = 200;

const isBlank = (text: string) => text.trim() === '';

function render(model: Templated, template: string, messages: readonly TypedMessage[], form: Form): Text {
  return renderTemplate(template, {
    messages: messages.map(({ role, content }) => ({
      role,
      content: form === 'text' ? content : [{ type: 'text', text: content }],
    })),
    add_generation_prompt: true,
    tools: null,
    documents: null,
    bos_token: model.bosToken,
    eos_token: model.eosToken,
  });
}

/** Indices of the messages with some text that a rendering has nothing of. */
function leftOut(text: Text, sources: readonly number[], messages: readonly ChatMessage[]): number[] {
  const kept = new Set(
    text.typed.filter(({ start, end }) => !isBlank(text.text.slice(start, end))).map(({ source }) => source),
  );
  return sources.filter((source) => !isBlank(messages[source].content) && !kept.has(source));
}

/** The system text in front of the first message that follows it. */
function merged(messages: readonly TypedMessage[]): TypedMessage[] {
  const [system, first, ...rest] = messages;
  return [
    { role: first.role, content: joinTexts([system.content, new Text('\n\n'), first.content]) },
    ...rest,
  ];
}

const ordinals = ['first', 'second', 'third', 'fourth', 'fifth'];

function called(source: number, messages: readonly ChatMessage[]): string {
  const { role } = messages[source];
  if (role === 'system') return 'the system text';
  const nth = messages.slice(0, source + 1).filter((message) => message.role === role).length;
  return `the ${ordinals[nth - 1] ?? `${nth}th`} ${role === 'user' ? 'question' : 'answer'}`;
}

function refusal(model: Templated, cause: unknown): EngineError {
  if (cause instanceof TooMuchWork)
    return new EngineError(
      'bad-input',
      cause.message.replace('The chat template', `The chat template of ${model.name}`),
    );
  const reason = cause instanceof Error ? ` (${shownName(cause.message, LONGEST_REASON)})` : '';
  return new EngineError(
    'bad-input',
    `The chat template of ${model.name} refuses these messages${reason}; try raw text instead.`,
    { cause },
  );
}

/**
 * Puts messages through a model's chat template, ready for the answer. A template that refuses a system message or
 * leaves it out gets it in front of the first question; a model without a template gets plain text.
 * @throws EngineError `bad-input` where the template takes the messages in no form, leaves the question out, or does not
 *   come to an end
 */
export function renderChat(model: Templated, messages: readonly ChatMessage[]): RenderedPrompt {
  const typed = messages.map(({ role, content }, source) => ({ role, content: Text.typed(content, source) }));
  const { chatTemplate: template, name } = model;
  if (!template) {
    return {
      text: joinTexts(
        typed.map(({ content }) => content),
        new Text('\n\n'),
      ),
      notice: `${name} has no chat template: the text was given to it as it stands.`,
    };
  }
  const all = messages.map((_, source) => source);
  const question = messages.length - 1;
  const hasSystem = messages[0]?.role === 'system' && messages.length > 1;
  let failure: unknown;
  let missing: readonly number[] = [];
  const attempt = (given: readonly TypedMessage[]) => {
    for (const form of FORMS) {
      try {
        const text = render(model, template, given, form);
        const lacking = leftOut(text, all, messages);
        if (!lacking.includes(question) && !(hasSystem && lacking.includes(0))) return { text, lacking };
        missing = lacking;
      } catch (error) {
        if (error instanceof TooMuchWork) throw refusal(model, error);
        failure ??= error;
      }
    }
    return undefined;
  };
  const whole = attempt(typed);
  const found = whole ?? (hasSystem ? attempt(merged(typed)) : undefined);
  if (!found) {
    if (failure !== undefined || !missing.includes(question)) throw refusal(model, failure);
    throw new EngineError(
      'bad-input',
      `The chat template of ${name} leaves the question out; try raw text instead.`,
    );
  }
  const notices = [
    whole ? '' : `The chat template of ${name} takes no system text: it was put before the question.`,
    found.lacking.length === 0
      ? ''
      : `The chat template of ${name} leaves out ${found.lacking.map((source) => called(source, messages)).join(' and ')}.`,
  ];
  return { text: found.text, notice: notices.filter((notice) => notice !== '').join(' ') };
}
