import { type PromptCache, promptCache } from '../inference/prompt-cache.ts';
import { type ActivationStore, activationStore } from './activation-store.ts';
import { type DistributionStore, distributionStore } from './distribution-store.ts';
import type { OpenedModel } from './open-model.ts';

const ACTIVATION_BYTES = 160 * 2 ** 20;
const PROMPT_BYTES = 128 * 2 ** 20;
const DISTRIBUTION_BYTES = 64 * 2 ** 20;

/** A loaded model and what was computed with it. */
export interface Loaded extends OpenedModel {
  readonly prompts: PromptCache;
  readonly activations: ActivationStore;
  readonly distributions: DistributionStore;
}

export function withStores(opened: OpenedModel): Loaded {
  return {
    ...opened,
    prompts: promptCache(opened.model.runtime, PROMPT_BYTES),
    activations: activationStore(ACTIVATION_BYTES),
    distributions: distributionStore(DISTRIBUTION_BYTES),
  };
}
