import type { EngineClient } from '../../src/protocol/client.ts';
import type { LoadedModel } from '../../src/protocol/messages.ts';
import { describeError, isCancelled } from './describe-error.ts';
import { createNewest } from './newest.ts';
import { createTokenScorer } from './score.ts';
import { type DosePoint, type DoseState, firstDose } from './slices/dose.ts';
import type { Asked } from './slices/run.ts';
import type { SteeringState } from './slices/steering.ts';
import { atDose, scaledNeurons, watchedNeurons } from './steering.ts';
import type { Stores } from './stores.ts';

/** Factors of the strip; 1 is among them, since answers are compared with that one. */
export const doseFactors = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3] as const;

/** How long the model must be idle before doses start by themselves, in milliseconds. */
export const idleBeforeDoses = 1500;
/** Slower models answer doses only on demand: nine lanes cost about two. */
const slowestOfItself = 120;
const keptResults = 24;

export interface Doses {
  /** Shows the doses of what is asked and steered now if they are known, else asks for them once the model is idle. */
  later(): void;
  /** Asks for them now. */
  now(): void;
  /** Gives way to an answer. What is known stays as long as it is still true. */
  yield(): void;
}

type Result = Pick<DoseState, 'points' | 'kind'>;

interface Job {
  readonly key: string;
  readonly model: LoadedModel;
  readonly asked: Asked;
  readonly steering: SteeringState;
}

/** Answers to what is asked at nine factors of the first group, one batch, kept for prompts and groups seen before. */
export function createDoses(client: EngineClient, stores: Stores): Doses {
  const runs = createNewest();
  const known = new Map<string, Result>();
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Undefined where there is nothing to scale or to ask. */
  function jobNow(): Job | undefined {
    const { model } = stores.model.getState();
    const { asked } = stores.run.getState();
    const steering = stores.steering.getState();
    if (!model || !asked || asked.answerStart.length > 0 || steering.groups.length === 0) return undefined;
    const fixed = [scaledNeurons(atDose(steering, 0)), scaledNeurons(atDose(steering, 3))];
    const key = JSON.stringify([
      model.fingerprint,
      model.device.kind,
      asked,
      steering.scope,
      fixed,
      watchedNeurons(steering),
    ]);
    return { key, model, asked, steering };
  }

  async function ask({ asked, steering }: Job, signal: AbortSignal): Promise<Result> {
    const watched = watchedNeurons(steering);
    const scorer = createTokenScorer(steering, watched);
    const { prompt, sampling, maxTokens } = asked;
    const { scope } = steering;
    const lanes = doseFactors.map((factor) => ({
      neurons: scaledNeurons(atDose(steering, factor)),
      scope,
      sampling,
    }));
    const out = await client.call('dose', { prompt, lanes, maxTokens, watched }, { signal });
    const neutral = out.lanes[doseFactors.indexOf(1)]!.ids.join();
    const points = out.lanes.map(
      ({ ids, text, breakdown, watchedMean }, i): DosePoint => ({
        factor: doseFactors[i]!,
        text,
        score: watchedMean.length > 0 ? scorer?.answer(watchedMean) : undefined,
        differs: ids.join() !== neutral,
        breakdown,
      }),
    );
    return { points, kind: scorer?.kind ?? firstDose.kind };
  }

  async function run(job: Job, signal: AbortSignal): Promise<void> {
    stores.dose.setState({ status: 'running', points: [], error: undefined });
    try {
      const result = await ask(job, signal);
      known.delete(job.key);
      known.set(job.key, result);
      for (const oldest of known.keys()) {
        if (known.size <= keptResults) break;
        known.delete(oldest);
      }
      if (jobNow()?.key === job.key) stores.dose.setState({ status: 'done', ...result });
    } catch (error) {
      if (isCancelled(error) || signal.aborted) stores.dose.setState({ status: 'waiting' });
      else stores.dose.setState({ status: 'failed', error: describeError(error) });
    }
  }

  /** Shows what is known for now; returns the job that is still to be done. */
  function show(): Job | undefined {
    const job = jobNow();
    const result = job && known.get(job.key);
    if (!job) stores.dose.setState(firstDose, true);
    else if (result) stores.dose.setState({ status: 'done', error: undefined, ...result });
    else stores.dose.setState({ status: 'waiting', error: undefined, points: [] });
    return result ? undefined : job;
  }

  function quiet(): void {
    clearTimeout(timer);
    runs.abort();
  }

  function start(): void {
    quiet();
    const job = show();
    if (job) runs.submit((signal) => run(job, signal));
  }

  return {
    later() {
      quiet();
      const { msPerToken = 0 } = stores.run.getState();
      if (show() && msPerToken <= slowestOfItself) timer = setTimeout(start, idleBeforeDoses);
    },
    now: start,
    yield() {
      quiet();
      show();
    },
  };
}
