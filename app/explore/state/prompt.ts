import type { LoadedModel } from '../../../src/engine/model-info.ts';
import type { Prompt } from '../../../src/model/prompt.ts';
import type { PromptState } from './slices/prompt.ts';
import type { Asked } from './slices/run.ts';

/** Whether the model is asked through its chat template: a base model has none. */
export function isChat({ mode }: Pick<PromptState, 'mode'>, model: LoadedModel | undefined): boolean {
  return mode === 'chat' && model?.hasChatTemplate !== false;
}

/** What goes to the engine. A blank system text is left out, so that the template's own applies. */
export function promptOf(state: PromptState, model: LoadedModel): Prompt {
  const { system, turns, question, readControls } = state;
  if (!isChat(state, model))
    return { kind: 'raw', text: question, ...(readControls ? { readControls } : {}) };
  return {
    kind: 'chat',
    system: system.trim() === '' ? '' : system,
    turns: [...turns, { role: 'user', content: question }],
  };
}

/**
 * The conversation with the question that was asked and its answer behind it, and an empty question.
 * Undefined where there was no chat or no answer to go on from.
 */
export function askedOn(prompt: Prompt, answer: string): Pick<PromptState, 'turns' | 'question'> | undefined {
  if (prompt.kind !== 'chat' || answer.trim() === '') return undefined;
  return { turns: [...prompt.turns, { role: 'assistant', content: answer }], question: '' };
}

/** The fields as they stood when this was asked. What was asked by token ids was in no field: then they stay. */
export function fieldsOf({ prompt, sampling, maxTokens }: Asked, now: PromptState): PromptState {
  if (prompt.kind === 'ids') return now;
  if (prompt.kind === 'raw') {
    const { text: question, readControls } = prompt;
    return { ...now, mode: 'raw', question, readControls, sampling, maxTokens };
  }
  const { system, turns } = prompt;
  const question = turns.at(-1)?.content ?? '';
  return { mode: 'chat', system, turns: turns.slice(0, -1), question, sampling, maxTokens };
}
