import type { ComplianceItem } from '../../src/datasets/suites/suite.ts';
import { activationStatistics } from '../../src/engine/activation-statistics.ts';
import type { ContinuationScorer } from '../../src/inference/continuations.ts';
import { logSoftmaxStats } from '../../src/inference/sampling.ts';
import { readSequence } from '../../src/inference/teacher-force.ts';
import type { ByteSource } from '../../src/lib/bytes/source.ts';
import type { GraphIo } from '../../src/model/graph-io.ts';
import { openGguf } from '../../src/model/open-gguf.ts';
import type { Runtime } from '../../src/model/runtime/types.ts';
import type { LanguageModel } from '../../src/model/types.ts';
import type { NeuronRef, ScaledNeuron } from '../../src/neurons/types.ts';
import {
  type ImpactTexts,
  type MarginRecord,
  pairOf,
  scorePair,
} from '../../src/studies/impact/score-item.ts';
import { SWEEP_ALPHAS, type SweepPlan, sweepLanes, sweepPlan } from '../../src/studies/impact/sweep.ts';
import { sweeperOf } from '../../src/studies/impact/sweeper.ts';

export interface Sweep {
  readonly model: LanguageModel;
  readonly io: GraphIo;
  readonly plan: SweepPlan;
  readonly texts: ImpactTexts;
  readonly scorer: ContinuationScorer;
}

export async function openSweep(
  source: ByteSource,
  runtime: Runtime,
  set: { readonly name: string; readonly members: readonly NeuronRef[]; readonly controls: number },
): Promise<Sweep> {
  const model = await openGguf(source, runtime);
  const io = model.io;
  const { meanCett } = await activationStatistics(model);
  const plan = sweepPlan({
    alphas: SWEEP_ALPHAS,
    sets: [set],
    controls: set.controls,
    seed: 1,
    layout: model.layout,
    meanCett,
  });
  const { texts, scorer } = sweeperOf(model, plan).parts;
  return { model, io, plan, texts, scorer };
}

/** The sum of an answer's log-probabilities, prompt and answer read from their start. */
async function alone(
  { model }: Sweep,
  promptIds: readonly number[],
  answerIds: readonly number[],
  neurons: readonly ScaledNeuron[],
): Promise<number> {
  let sum = 0;
  const first = promptIds.length - 1;
  await readSequence(
    model,
    {
      promptIds,
      answerIds: answerIds.slice(0, -1),
      lanes: [{ neurons, scope: 'everywhere' }],
      capture: [],
      logits: answerIds.map((_, i) => first + i),
    },
    {
      logits(_lane, position, values) {
        sum += values[answerIds[position - first]!]! - logSoftmaxStats(values).logZ;
      },
    },
  );
  return sum;
}

/** Margins of an item by lane, one alpha of one set at a time. */
async function oneAtATime(sweep: Sweep, item: ComplianceItem): Promise<number[]> {
  const { plan, texts } = sweep;
  const promptIds = texts.prompt(item.turns);
  const [along, against] = pairOf(item).map((text) => texts.answer(text));
  const margins: number[] = [];
  for (const neurons of sweepLanes(plan))
    margins.push(
      (await alone(sweep, promptIds, along!, neurons)) - (await alone(sweep, promptIds, against!, neurons)),
    );
  return margins;
}

/** Margins that differ by more did not come of the same computation; nats. */
const TOLERANCE = 2e-3;

/**
 * Milliseconds that items take in the sweep as it is run and with one alpha at a time, in turns.
 * @throws Error where the two find different margins
 */
export async function timeSweep(sweep: Sweep, suite: string, items: readonly ComplianceItem[]) {
  const times = { batched: [] as number[], oneAtATime: [] as number[] };
  const timed = async <T>(into: number[], work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    into.push(performance.now() - start);
    return result;
  };
  for (const item of items) {
    const record: MarginRecord = await timed(times.batched, () =>
      scorePair(sweep.scorer, sweep.texts, sweep.plan, { suite, item }),
    );
    const plain = await timed(times.oneAtATime, () => oneAtATime(sweep, item));
    const apart = Math.max(...record.raw.flat().map((value, lane) => Math.abs(value - plain[lane]!)));
    if (apart > TOLERANCE)
      throw new Error(`the margins of ${item.id} differ by ${apart} from those of one alpha at a time`);
  }
  return times;
}
