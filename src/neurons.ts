/** Neuron sets, layouts, scales and controls: pure functions that need no model. */
export { mostActive } from './neurons/active.ts';
export { cett, layerProfile, overview } from './neurons/cett.ts';
export { controlDraws, randomControl } from './neurons/controls.ts';
export { readNeuronSet } from './neurons/formats/read.ts';
export { type SetFormat, setFormats, writeNeuronSet } from './neurons/formats/write.ts';
export {
  checkNeuron,
  flatIndex,
  formatNeuron,
  formatScaledNeuron,
  neuronAt,
  neuronLayout,
  parseNeuron,
  parseScaledNeuron,
} from './neurons/layout.ts';
export { combineGroups, scaleVectors } from './neurons/scales.ts';
export { createScorer } from './neurons/score.ts';
export { formatNeuronSet, type NeuronSet, parseNeuronSet, type SetNeuron } from './neurons/set-file.ts';
export { checkSetModel } from './neurons/set-model.ts';
export type { NeuronLayout, NeuronRef, ScaledNeuron } from './neurons/types.ts';
export { ARMS, type Arm, type Comparison, compareScaled } from './steering/comparison.ts';
export type { Scope } from './steering/types.ts';
