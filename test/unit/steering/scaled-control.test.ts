import { describe, expect, it } from 'vitest';
import { neuronLayout } from '../../../src/neurons/layout.ts';
import { scaledControl } from '../../../src/steering/scaled-control.ts';

const layout = neuronLayout([4, 4]);
const meanCett = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8]);
const n = (layer: number, neuron: number) => ({ layer, neuron });

describe('a control', () => {
  it("has the set's own factors, the more active neuron's for the more active one", () => {
    const steered = [
      { ...n(0, 1), factor: 3 },
      { ...n(0, 0), factor: 0 },
      { ...n(1, 2), factor: -1 },
    ];
    expect(scaledControl(steered, [n(1, 0), n(0, 3), n(0, 2)], layout, meanCett)).toEqual([
      { ...n(0, 2), factor: 0 },
      { ...n(0, 3), factor: 3 },
      { ...n(1, 0), factor: -1 },
    ]);
  });

  it('counts the last entry of a neuron, and leaves neutral neurons out', () => {
    const steered = [
      { ...n(0, 0), factor: 0 },
      { ...n(0, 1), factor: 2 },
      { ...n(0, 0), factor: 1 },
    ];
    expect(scaledControl(steered, [n(0, 2), n(0, 3)], layout, meanCett)).toEqual([{ ...n(0, 3), factor: 2 }]);
  });
});
