/** The part of the library that pages, workers and Node share; `index.ts` and `node.ts` add how a model is opened there. */
export type {
  GenerateEvent,
  PositionEvent,
  PromptEvent,
  ReadingEvent,
  TokenEvent,
  TokenLabel,
} from './engine/answer-events.ts';
export {
  type Answer,
  type AnswerOptions,
  type CompareEvent,
  type CompareOptions,
  compare,
  type GenerateOptions,
  GREEDY,
  generate,
  type Steered,
} from './engine/compare.ts';
export type { Model } from './engine/model.ts';
export { type NeuronFacts, neuronFacts } from './engine/neuron-facts.ts';
export {
  type Activations,
  type PositionActivations,
  type ReadOptions,
  readActivations,
} from './engine/read-activations.ts';
export type { Candidate, FinishReason, Sampling } from './inference/types.ts';
export type { OnProgress, Progress } from './lib/bytes/progress.ts';
export { EngineError, type EngineErrorCode } from './lib/errors.ts';
export type { Running } from './lib/running.ts';
export type { Prompt } from './model/prompt.ts';
export type { LanguageModel } from './model/types.ts';
export * from './neurons.ts';
export * from './studies.ts';
