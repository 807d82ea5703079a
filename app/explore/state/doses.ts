import type { DoseEvent, DoseOut } from '../../../src/engine/dose.ts';
import type { LoadedModel } from '../../../src/engine/model-info.ts';
import type { Lane } from '../../../src/inference/types.ts';
import type { NeuronRef, ScaledNeuron } from '../../../src/neurons/types.ts';
import { comparisonOf } from '../../../src/steering/comparison.ts';
import { atDose, scaledNeurons } from '../../../src/steering/steering.ts';
import type { SteeringState } from '../../../src/steering/types.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import { describeError, isCancelled } from '../../ui/describe-error.ts';
import { createNewest } from '../../ui/latest-only.ts';
import { type DoseAnswer, type DosePoint, type DoseState, firstDose } from './slices/dose.ts';
import type { Asked } from './slices/run.ts';
import type { Stores } from './stores.ts';

/** Factors of the strip. */
export const doseFactors = [0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3] as const;

/** How long the model must be idle before doses start by themselves, in milliseconds. */
export const idleBeforeDoses = 1500;
const slowestOfItself = 120;
const keptResults = 24;

/**
 * Whether doses come without being asked for: nine lanes cost about two, and the random control as much again, so models
 * that take longer for a token, in milliseconds, answer them on demand only.
 */
export function comeByThemselves(msPerToken = 0): boolean {
  return msPerToken <= slowestOfItself;
}

export interface Doses {
  /** Shows the doses of what is asked and steered now if they are known, else asks for them once the model is idle. */
  later(): void;
  /** Asks for them now. */
  now(): void;
  /** Shows answers that are known from elsewhere to what is asked and steered now. */
  know(points: readonly DosePoint[]): void;
  /** Gives way to an answer. What is known stays as long as it is still true. */
  yield(): void;
  /** Ends them where they are; what has come stays. */
  stop(): void;
}

/** Told while doses are answered. */
interface Listener {
  points(points: readonly DosePoint[]): void;
  progress(progress: NonNullable<DoseState['progress']>): void;
}

type Answered = DoseOut['lanes'][number];

interface Job {
  readonly key: string;
  readonly model: LoadedModel;
  readonly asked: Asked;
  readonly steering: SteeringState;
  readonly control: readonly NeuronRef[];
}

/**
 * Answers to what is asked at nine factors of the first group and of the random control, a batch each, kept for prompts
 * and groups seen before.
 */
export function createDoses(client: EngineClient, stores: Stores): Doses {
  const runs = createNewest();
  const known = new Map<string, readonly DosePoint[]>();
  /** Doses of the group whose random control was not answered yet; they are not asked for again. */
  let begun: { readonly key: string; readonly points: readonly DosePoint[] } | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Undefined where there is nothing to scale or to ask. */
  function jobNow(): Job | undefined {
    const { model } = stores.model.getState();
    const { asked } = stores.run.getState();
    const steering = stores.steering.getState();
    if (!model || !asked || asked.answerStart.length > 0 || steering.groups.length === 0) return undefined;
    const { members: control } = stores.control.getState();
    const fixed = [scaledNeurons(atDose(steering, 0)), scaledNeurons(atDose(steering, 3))];
    const key = JSON.stringify([model.fingerprint, model.device.kind, asked, steering.scope, fixed, control]);
    return { key, model, asked, steering, control };
  }

  /** What the set does at every factor, then the same beside what the random control does. */
  async function ask(
    { key, model, asked, steering, control }: Job,
    signal: AbortSignal,
    listener: Listener,
  ): Promise<void> {
    const { prompt, sampling, maxTokens } = asked;
    const { scope } = steering;
    let isLong = false;
    /** What the model as trained answers, and what it answers with the neurons of each factor. */
    async function answered(
      of: 'group' | 'control',
      byFactor: readonly (readonly ScaledNeuron[])[],
    ): Promise<DoseAnswer[]> {
      const scaled = byFactor.filter((neurons) => neurons.length > 0);
      const lanes = [[], ...scaled].map((neurons): Lane => ({ neurons, scope, sampling }));
      const onEvent = (event: DoseEvent) => {
        isLong ||= event.stage === 'reading';
        if (!signal.aborted) listener.progress({ ...event, of, isLong });
      };
      const input = { prompt, lanes, maxTokens };
      const [trained, ...others] = (await client.call('dose', input, { signal, onEvent })).lanes;
      return byFactor.map((neurons) =>
        answerOf(neurons.length > 0 ? others[scaled.indexOf(neurons)]! : trained!, trained!),
      );
    }
    const byFactor = <T>(of: (at: SteeringState) => T) =>
      doseFactors.map((factor) => of(atDose(steering, factor)));
    let points = begun?.key === key ? begun.points : undefined;
    if (!points) {
      const own = await answered('group', byFactor(scaledNeurons));
      points = own.map((answer, i): DosePoint => ({ factor: doseFactors[i]!, ...answer }));
      begun = { key, points };
    }
    listener.points(points);
    const random = await answered(
      'control',
      byFactor((at) => comparisonOf(at, control, model).control),
    );
    listener.points(points.map((point, i) => ({ ...point, control: random[i]! })));
  }

  function keep({ key }: Job, points: readonly DosePoint[]): void {
    known.delete(key);
    known.set(key, points);
    for (const oldest of known.keys()) {
      if (known.size <= keptResults) break;
      known.delete(oldest);
    }
  }

  async function run(job: Job, signal: AbortSignal): Promise<void> {
    stores.dose.setState({ status: 'running', error: undefined, progress: undefined });
    const isShown = () => jobNow()?.key === job.key;
    try {
      let points: readonly DosePoint[] = [];
      await ask(job, signal, {
        points(found) {
          points = found;
          if (isShown()) stores.dose.setState({ points });
        },
        progress(progress) {
          if (isShown()) stores.dose.setState({ progress });
        },
      });
      keep(job, points);
      if (isShown()) stores.dose.setState({ status: 'done', progress: undefined });
    } catch (error) {
      if (!isCancelled(error) && !signal.aborted)
        stores.dose.setState({ status: 'failed', error: describeError(error), progress: undefined });
      else if (stores.dose.getState().status === 'running')
        stores.dose.setState({ status: 'waiting', progress: undefined });
    }
  }

  /** Shows what is known for now; returns the job that is still to be done. */
  function show(): Job | undefined {
    const job = jobNow();
    const points = job && known.get(job.key);
    if (!job) stores.dose.setState(firstDose, true);
    else if (points) stores.dose.setState({ status: 'done', points }, true);
    else
      stores.dose.setState(
        { status: 'waiting', points: begun && begun.key === job.key ? begun.points : [] },
        true,
      );
    return points ? undefined : job;
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
      const { msPerToken } = stores.run.getState();
      if (show() && comeByThemselves(msPerToken)) timer = setTimeout(start, idleBeforeDoses);
    },
    now: start,
    know(points) {
      const job = jobNow();
      if (job) keep(job, points);
      show();
    },
    yield() {
      quiet();
      show();
    },
    stop: quiet,
  };
}

function answerOf({ ids, text, breakdown, divergence }: Answered, trained: Answered): DoseAnswer {
  return { text, differs: ids.join() !== trained.ids.join(), divergence, breakdown };
}
