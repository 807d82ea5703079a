import type { Sampling } from '../../../../src/inference/types.ts';

/** A message of the conversation before the question. */
export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

export interface PromptState {
  /** Through the model's chat template, or as text that the model goes on with. */
  readonly mode: 'chat' | 'raw';
  /** In raw mode, control tokens that are written in the text are such; letters like others where it is left out. */
  readonly readControls?: boolean | undefined;
  readonly system: string;
  readonly turns: readonly Turn[];
  /** The question, or in raw mode the whole text. */
  readonly question: string;
  readonly sampling: Sampling;
  /** Tokens of an answer at most. */
  readonly maxTokens: number;
}

export const firstPrompt: PromptState = {
  mode: 'chat',
  system: '',
  turns: [],
  question: 'When did Albert Einstein invent the telephone?',
  sampling: { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 },
  maxTokens: 64,
};
