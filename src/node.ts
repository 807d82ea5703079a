/** The library for Node: models opened by path on ONNX Runtime's native build or on WebAssembly. */

export type { GenerateEvent, PositionEvent, TokenEvent, TokenLabel } from './engine/answer-events.ts';
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
export type { Sampling } from './inference/types.ts';
export { EngineError, type EngineErrorCode } from './lib/errors.ts';
export type { Running } from './lib/running.ts';
export type { Prompt } from './model/prompt.ts';
export type { LanguageModel } from './model/types.ts';
export * from './neurons.ts';
export { type OpenModelOptions, openModel } from './node/open-model.ts';
export * from './studies.ts';
