import { formatNeuron } from '../../src/neurons/layout.ts';
import type { ModuleName } from '../../src/studies/origins/mlp-weights.ts';
import type { LayerDrift, MemberDrift } from '../../src/studies/origins/set-drift.ts';
import { type TableData, tableOf } from '../ui/table-columns.ts';

const moduleWords: Readonly<Record<ModuleName, string>> = {
  gate: 'Gate row',
  up: 'Up-projection row',
  down: 'Down-projection column',
};

/** The set's neurons, those that moved least first. */
export function memberTable(members: readonly MemberDrift[], modules: readonly ModuleName[]): TableData {
  return tableOf<MemberDrift>(
    [
      { head: 'Neuron', cell: formatNeuron },
      { head: 'Drift score', cell: ({ score }) => score.toFixed(3) },
      { head: 'Of all neurons moved less', cell: ({ rank }) => `${(100 * rank).toFixed(1)} %` },
      ...modules.map((module) => ({
        head: `${moduleWords[module]}, 1 - cosine`,
        cell: ({ distances }: MemberDrift) => (distances[module] ?? 0).toPrecision(3),
      })),
    ],
    [...members].sort((a, b) => a.rank - b.rank),
  );
}

/** Mean drift by layer. */
export function layerTable(layers: readonly LayerDrift[]): TableData {
  return tableOf<LayerDrift>(
    [
      { head: 'Layer', cell: ({ layer }) => String(layer) },
      { head: 'Mean drift score', cell: ({ mean }) => mean.toFixed(3) },
      { head: 'Neurons of the set', cell: ({ members }) => String(members) },
      { head: 'Their mean drift score', cell: ({ memberMean }) => memberMean?.toFixed(3) ?? '' },
    ],
    layers,
  );
}
