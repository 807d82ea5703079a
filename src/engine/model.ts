import { type PromptCache, promptCache } from '../inference/prompt-cache.ts';
import type { LanguageModel } from '../model/types.ts';
import { type ActivationStore, activationStore } from './activation-store.ts';
import { type DistributionStore, distributionStore } from './distribution-store.ts';

const ACTIVATION_BYTES = 160 * 2 ** 20;
const PROMPT_BYTES = 128 * 2 ** 20;
const DISTRIBUTION_BYTES = 64 * 2 ** 20;

/** How a model came to be open. */
export interface Opening {
  /** Mean CETT of every neuron over the reference text, flat, [layout.total]. */
  readonly meanCett: Float32Array;
  /** Why it runs on its device, in a sentence. */
  readonly why: string;
  /** No file had to be fetched. */
  readonly fromCache: boolean;
  /** What a person should know of the way it was opened, in a sentence. */
  readonly notice: string | undefined;
}

/**
 * A model that is ready: session, tokenizer, layout and graph inputs of a language model that passed its self-test, and
 * what was computed with it so far, within limits of memory. Close it when it is no longer used.
 */
export interface Model extends LanguageModel, Opening {
  /** Prompts that were read, to continue from. */
  readonly prompts: PromptCache;
  /** CETT of every position of the answers. */
  readonly activations: ActivationStore;
  /** Predictions of the answers, to compare others with. */
  readonly distributions: DistributionStore;
  /** Names a request of this process, to read its activations later. */
  nextRequest(): number;
  /** Frees its session and device. */
  close(): Promise<void>;
}

/** A language model as it was opened, with room for what is computed with it. */
export function modelOf(language: LanguageModel, opening: Opening): Model {
  const prompts = promptCache(language.runtime, PROMPT_BYTES);
  let requests = 0;
  return {
    ...language,
    ...opening,
    prompts,
    activations: activationStore(ACTIVATION_BYTES),
    distributions: distributionStore(DISTRIBUTION_BYTES),
    nextRequest: () => ++requests,
    async close() {
      prompts.clear();
      await language.session.release();
      language.runtime.release();
    },
  };
}
