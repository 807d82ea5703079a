import type { ModuleName } from '../../src/origins/mlp-weights.ts';
import type { LayerDrift, MemberDrift } from '../../src/origins/set-drift.ts';

const moduleWords: Readonly<Record<ModuleName, string>> = {
  gate: 'Gate row',
  up: 'Up-projection row',
  down: 'Down-projection column',
};

interface Rows {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** The set's neurons, those that moved least first. */
export function memberTable(members: readonly MemberDrift[], modules: readonly ModuleName[]): Rows {
  return {
    head: [
      'Neuron',
      'Drift score',
      'Of all neurons moved less',
      ...modules.map((module) => `${moduleWords[module]}, 1 - cosine`),
    ],
    rows: [...members]
      .sort((a, b) => a.rank - b.rank)
      .map(({ layer, neuron, score, rank, distances }) => [
        `${layer}:${neuron}`,
        score.toFixed(3),
        `${(100 * rank).toFixed(1)} %`,
        ...modules.map((module) => (distances[module] ?? 0).toPrecision(3)),
      ]),
  };
}

/** Mean drift by layer. */
export function layerTable(layers: readonly LayerDrift[]): Rows {
  return {
    head: ['Layer', 'Mean drift score', 'Neurons of the set', 'Their mean drift score'],
    rows: layers.map(({ layer, mean, members, memberMean }) => [
      String(layer),
      mean.toFixed(3),
      String(members),
      memberMean?.toFixed(3) ?? '',
    ]),
  };
}
