import type { Sampling } from '../../../../src/inference/types.ts';
import type { Prompt } from '../../../../src/model/prompt.ts';

/** What the lanes are answering; steering is apart, since it changes while this stays. */
export interface Asked {
  readonly prompt: Prompt;
  readonly sampling: Sampling;
  readonly maxTokens: number;
  /** Token ids that every answer starts with: "what if this token"; empty for none. */
  readonly answerStart: readonly number[];
}

export interface RunState {
  readonly status: 'idle' | 'running' | 'done';
  readonly asked?: Asked;
  /** What a link or the visit before had asked: it is answered as soon as a model is ready. */
  readonly wanted?: Asked | undefined;
  readonly error?: string;
  /** What the engine changed to fit the model's template. */
  readonly notice: string;
  readonly msPerToken?: number;
  /** How many tokens of a long prompt are read, of all its tokens; undefined while none is read. */
  readonly reading?: { readonly done: number; readonly total: number };
}

export const firstRun: RunState = { status: 'idle', notice: '' };
