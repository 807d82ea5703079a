import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';
import { checkFactor } from './factor.ts';
import type { NeuronLayout, NeuronRef, ScaledNeuron } from './types.ts';

/** Layout of a model whose layers have these numbers of neurons. Throws EngineError 'bad-input' on a bad width. */
export function neuronLayout(widths: readonly number[]): NeuronLayout {
  const offsets: number[] = [];
  let total = 0;
  for (const [layer, width] of widths.entries()) {
    if (!(Number.isSafeInteger(width) && width > 0)) {
      throw new EngineError(
        'bad-input',
        `Layer ${layer} must have a whole number of neurons, but it has ${width}.`,
      );
    }
    offsets.push(total);
    total += width;
  }
  return { widths: [...widths], offsets, total };
}

/** A neuron as people write it, both numbers 0-based: "12:345". */
export function formatNeuron({ layer, neuron }: NeuronRef): string {
  return `${layer}:${neuron}`;
}

/** A scaled neuron as people write it: "12:345=2.5". */
export function formatScaledNeuron(scaled: ScaledNeuron): string {
  return `${formatNeuron(scaled)}=${scaled.factor}`;
}

/** Refuses a neuron that the layout does not have, by an EngineError 'bad-input' that gives the valid range. */
export function checkNeuron(layout: NeuronLayout, ref: NeuronRef): void {
  const { layer, neuron } = ref;
  const width = layout.widths[layer];
  if (width === undefined) {
    throw new EngineError(
      'bad-input',
      `There is no neuron ${formatNeuron(ref)}: the model's layers are 0 to ${layout.widths.length - 1}.`,
    );
  }
  if (!(Number.isInteger(neuron) && neuron >= 0 && neuron < width)) {
    throw new EngineError(
      'bad-input',
      `There is no neuron ${formatNeuron(ref)}: the neurons of layer ${layer} are 0 to ${width - 1}.`,
    );
  }
}

/** Flat index of a neuron. Throws EngineError 'bad-input' where the layout does not have it. */
export function flatIndex(layout: NeuronLayout, ref: NeuronRef): number {
  checkNeuron(layout, ref);
  return layout.offsets[ref.layer] + ref.neuron;
}

/** The neuron at a flat index. Throws EngineError 'bad-input' outside [0, layout.total). */
export function neuronAt(layout: NeuronLayout, index: number): NeuronRef {
  if (!(Number.isInteger(index) && index >= 0 && index < layout.total)) {
    throw new EngineError(
      'bad-input',
      `There is no neuron at index ${index}: the model has ${layout.total} neurons.`,
    );
  }
  let low = 0;
  let high = layout.offsets.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (layout.offsets[middle] <= index) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return { layer: low, neuron: index - layout.offsets[low] };
}

/** Order of flat indices, for sorting. */
export function compareNeurons(a: NeuronRef, b: NeuronRef): number {
  return a.layer - b.layer || a.neuron - b.neuron;
}

/**
 * Reads "L:J", for example "12:345".
 * @param layout where given, the neuron must be in it
 * @throws EngineError 'bad-input'
 */
export function parseNeuron(text: string, layout?: NeuronLayout): NeuronRef {
  const match = /^\s*(\d{1,9})\s*:\s*(\d{1,9})\s*$/.exec(text);
  if (!match) {
    throw new EngineError(
      'bad-input',
      `"${shownName(text)}" is not a neuron; write layer and neuron, both counted from 0, for example 12:345.`,
    );
  }
  const ref = { layer: Number(match[1]), neuron: Number(match[2]) };
  if (layout) {
    checkNeuron(layout, ref);
  }
  return ref;
}

/**
 * Reads "L:J=FACTOR", for example "12:345=2.5".
 * @param layout where given, the neuron must be in it
 * @throws EngineError 'bad-input'
 */
export function parseScaledNeuron(text: string, layout?: NeuronLayout): ScaledNeuron {
  const match = /^([^=]*)=\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)\s*$/i.exec(text);
  if (!match) {
    throw new EngineError(
      'bad-input',
      `"${shownName(text)}" is not a scaled neuron; write layer, neuron and factor, for example 12:345=2.5.`,
    );
  }
  const ref = parseNeuron(match[1], layout);
  const factor = Number(match[2]);
  checkFactor(factor, `neuron ${formatNeuron(ref)}`);
  return { ...ref, factor };
}
