import type { OnProgress } from '../../lib/bytes/progress.ts';
import { EngineError } from '../../lib/errors.ts';
import { resampledAuroc } from '../../lib/stats/auroc.ts';
import { sparseScores } from '../../lib/stats/passes.ts';
import { groupedFolds } from '../../lib/stats/splits.ts';
import { type Answer, factsOf, groupsOf } from './answers.ts';
import { findHNeurons } from './detectors/h-neurons.ts';
import type { Learning } from './detectors/learning.ts';
import type { Transfer } from './finding.ts';

/** A relation with fewer answers goes with the other small ones. */
const OWN_GROUP = 40;
/** Groups at most, that of the small relations included. */
const GROUPS = 7;
const FOLDS = 5;

/** The relations with the most answers, a group each, and the others as one. */
function relationGroups(answers: readonly Answer[]): Omit<Transfer['groups'][number], 'answers'>[] {
  const counts = new Map<string, number>();
  for (const { record } of answers) {
    const { relation } = record.question;
    counts.set(relation, (counts.get(relation) ?? 0) + 1);
  }
  const falling = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const own = falling.filter(([, count]) => count >= OWN_GROUP).slice(0, GROUPS - 1);
  const others = falling.slice(own.length).map(([relation]) => relation);
  return [
    ...own.map(([relation]) => ({ name: relation, relations: [relation] })),
    ...(others.length > 0
      ? [{ name: own.length > 0 ? 'other relations' : 'all relations', relations: others }]
      : []),
  ];
}

/** Scores of all rows by the H-Neurons of some; undefined where these do not tell of any. */
async function scoresBy(learning: Learning, train: Uint8Array, C: number): Promise<Float64Array | undefined> {
  try {
    const { model } = await findHNeurons({ ...learning, train }, C);
    return sparseScores(learning.features, model);
  } catch (error) {
    if (error instanceof EngineError && error.code === 'bad-input') return undefined;
    throw error;
  }
}

/**
 * Learns on each group of relations and tests on each: on another group with all its answers but those to facts or
 * questions that are learnt from, on the group itself by cross-validation over groups of answers.
 */
export async function transferMatrix(
  learning: Learning,
  options: {
    readonly C: number;
    readonly seed: number;
    readonly onProgress?: OnProgress;
  },
): Promise<Transfer> {
  const { C, seed, onProgress } = options;
  const { answers, labels, answerRows } = learning;
  const rowGroups = groupsOf(answers, 'answer');
  const facts = factsOf(answers);
  const groups = relationGroups(answers.slice(0, answerRows));
  const places = new Map(groups.flatMap(({ relations }, g) => relations.map((relation) => [relation, g])));
  const groupOf = answers.map(({ record }) => places.get(record.question.relation) as number);
  const answersIn = groups.map((_, g) =>
    Int32Array.from({ length: answerRows }, (_, row) => row).filter((row) => groupOf[row] === g),
  );
  const area = (scores: Float64Array | undefined, rows: Int32Array): number | undefined => {
    const value = scores ? resampledAuroc(scores, labels)(rows) : Number.NaN;
    return Number.isNaN(value) ? undefined : value;
  };
  const trainOn = (isLearnt: (row: number) => boolean) =>
    Uint8Array.from(answers, (_, row) => Number(isLearnt(row)));

  const ownArea = async (g: number): Promise<number | undefined> => {
    const rows = answersIn[g];
    if (new Set(Array.from(rows, (row) => rowGroups[row])).size < FOLDS) return undefined;
    const folds = groupedFolds({
      labels: Array.from(rows, (row) => labels[row]),
      groups: Array.from(rows, (row) => rowGroups[row]),
      seed,
      folds: FOLDS,
    });
    const foldOf = new Map(Array.from(rows, (row, k) => [rowGroups[row], folds[k]]));
    const areas: number[] = [];
    for (let fold = 0; fold < FOLDS; fold++) {
      const scores = await scoresBy(
        learning,
        trainOn((row) => groupOf[row] === g && foldOf.get(rowGroups[row]) !== fold),
        C,
      );
      const value = area(
        scores,
        rows.filter((row) => foldOf.get(rowGroups[row]) === fold),
      );
      if (value !== undefined) areas.push(value);
    }
    return areas.length === 0 ? undefined : areas.reduce((sum, value) => sum + value, 0) / areas.length;
  };

  const auroc: (number | undefined)[][] = [];
  for (const [g] of groups.entries()) {
    onProgress?.({ stage: 'Testing on other relations', done: g, total: groups.length, unit: 'items' });
    const scores = await scoresBy(
      learning,
      trainOn((row) => groupOf[row] === g),
      C,
    );
    const own = await ownArea(g);
    const learnt = new Set(Array.from(answersIn[g], (row) => facts[row]));
    const unseen = (rows: Int32Array) => rows.filter((row) => !learnt.has(facts[row]));
    auroc.push(groups.map((_, other) => (other === g ? own : area(scores, unseen(answersIn[other])))));
  }
  return { groups: groups.map((group, g) => ({ ...group, answers: answersIn[g].length })), auroc };
}
