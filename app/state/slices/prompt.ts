import type { Sampling } from '../../../src/protocol/messages.ts';

export interface PromptState {
  readonly system: string;
  readonly question: string;
  readonly sampling: Sampling;
  readonly maxTokens: number;
}

export const firstPrompt: PromptState = {
  system: '',
  question: 'When did Albert Einstein invent the telephone?',
  sampling: { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 },
  maxTokens: 64,
};
