import type { OnProgress } from '../../../lib/bytes/progress.ts';
import { createRandom, deriveSeed } from '../../../lib/math/random.ts';
import { type SparseModel, sparseScores } from '../../../lib/stats/passes.ts';
import { shuffle } from '../../../lib/stats/splits.ts';
import { layerMatchedRandom } from '../../../neurons/controls.ts';
import { flatIndex, neuronAt } from '../../../neurons/layout.ts';
import { fitTrained, type Learning, selectColumns } from './learning.ts';

interface Draws {
  readonly C: number;
  readonly draws: number;
  readonly seed: number;
  readonly onProgress?: OnProgress;
}

/** Scores of as many random neurons in each layer as the set has, their weights fitted, one array a draw. */
export async function randomNeuronScores(
  learning: Learning,
  { model, C, draws, seed, onProgress }: Draws & { readonly model: SparseModel },
): Promise<Float64Array[]> {
  const { layout } = learning;
  const members = Array.from(model.indices, (index) => neuronAt(layout, index));
  const scores: Float64Array[] = [];
  for (let draw = 0; draw < draws; draw++) {
    onProgress?.({ stage: 'Drawing random neurons', done: draw, total: draws, unit: 'items' });
    const refs = layerMatchedRandom({ layout, members, seed: deriveSeed(seed, draw) });
    const few = selectColumns(
      learning.features,
      refs.map((ref) => flatIndex(layout, ref)),
    );
    scores.push(sparseScores(few, await fitTrained(learning, few, C)));
  }
  return scores;
}

/** Labels exchanged at random among the rows of a relation that are learnt from: nothing is left to learn. */
function shuffledLabels({ answers, labels: given, train }: Learning, seed: number): Uint8Array {
  const labels = given.slice();
  const rows = new Map<string, number[]>();
  answers.forEach(({ record }, i) => {
    if (train[i] === 0) return;
    const { relation } = record.question;
    rows.set(relation, [...(rows.get(relation) ?? []), i]);
  });
  const random = createRandom(seed);
  for (const some of rows.values()) {
    const shuffled = shuffle(
      some.map((row) => labels[row]),
      random,
    );
    some.forEach((row, k) => {
      labels[row] = shuffled[k];
    });
  }
  return labels;
}

/** Scores of the same regression over all neurons, learnt from shuffled labels, one array a draw. */
export async function shuffledScores(
  learning: Learning,
  { C, draws, seed, onProgress }: Draws,
): Promise<Float64Array[]> {
  const scores: Float64Array[] = [];
  for (let draw = 0; draw < draws; draw++) {
    onProgress?.({ stage: 'Shuffling labels', done: draw, total: draws, unit: 'items' });
    const labels = shuffledLabels(learning, deriveSeed(seed, draw));
    scores.push(sparseScores(learning.features, await fitTrained(learning, learning.features, C, labels)));
  }
  return scores;
}
