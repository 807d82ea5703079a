import type { GenerateEvent, GenerateIn } from '../../../src/engine/answer-events.ts';
import type { LoadedModel } from '../../../src/engine/model-info.ts';
import type { Lane } from '../../../src/inference/types.ts';
import { formatNeuron } from '../../../src/neurons/layout.ts';
import { ARMS, comparisonOf } from '../../../src/steering/comparison.ts';
import { steeredNeurons, watchedNeurons } from '../../../src/steering/steering.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import { describeError, isCancelled } from '../../ui/describe-error.ts';
import { createNewest } from '../../ui/latest-only.ts';
import { type LaneIndex, type LaneMade, laneIndices, type RunRecord, trainedLogprob } from './record.ts';
import type { Asked } from './slices/run.ts';
import type { Stores } from './stores.ts';

/** Columns of the overview that comes with every position. */
const overviewBins = 256;

export interface Answers {
  /** Answers what is asked in the lanes whose input has changed, or in all; a newer request takes the place of an older. */
  submit(all: boolean): void;
  /** Ends the answers where they are. */
  stop(): void;
  /** Ends the answers without any: the model is gone. */
  giveUp(): void;
  /** Ends the answers and forgets them. */
  abort(): void;
}

interface Needs {
  readonly client: EngineClient;
  readonly stores: Stores;
  readonly record: RunRecord;
  /** Called when an answer has come to its own end. */
  readonly onDone: () => void;
}

/** The three lanes of what is asked: unsteered, steered, random control. */
export function createAnswers({ client, stores, record, onDone }: Needs): Answers {
  const runs = createNewest();

  async function drawControl(signal: AbortSignal) {
    const steering = stores.steering.getState();
    const members = steeredNeurons(steering);
    const key = `${steering.controlSeed}/${members.map(formatNeuron).join()}`;
    const known = stores.control.getState();
    if (known.key === key) return known.members;
    const drawn =
      members.length === 0
        ? { members }
        : await client.call('control', { members, seed: steering.controlSeed }, { signal });
    stores.control.setState({ key, members: drawn.members });
    return drawn.members;
  }

  async function lanesOf(
    model: LoadedModel,
    asked: Asked,
    signal: AbortSignal,
  ): Promise<{ readonly lanes: readonly Lane[]; readonly made: LaneMade }> {
    const control = await drawControl(signal);
    const steering = stores.steering.getState();
    const { scope } = steering;
    const { sampling } = asked;
    const scaled = comparisonOf(steering, control, model);
    const lanes = ARMS.map((arm) => ({ neurons: scaled[arm], scope, sampling }));
    return { lanes, made: { asked, steering, control } };
  }

  /** With what the unsteered lane is compared: its row of this request, or the one that it was answered in before. */
  function referenceOf(lanes: readonly LaneIndex[]): GenerateIn['reference'] {
    if (lanes[0] === 0) return { lane: 0 };
    const { run, row } = record.lane(0).current;
    return { run, lane: row };
  }

  /** What the steered lanes say, as the model as trained finds it: it is not known behind the first word that differs. */
  async function reread({ prompt }: Asked, signal: AbortSignal): Promise<void> {
    const lanes = laneIndices.filter((lane) =>
      record.lane(lane).current.tokens.some((token) => trainedLogprob(lane, token) === undefined),
    );
    if (lanes.length === 0) return;
    const answers = lanes.map((lane) => record.lane(lane).current.tokens.map(({ token }) => token.id));
    try {
      const { logprobs } = await client.call('reread', { prompt, answers }, { signal });
      lanes.forEach((lane, i) => {
        record.onReread(lane, logprobs[i]!);
      });
    } catch (error) {
      if (!isCancelled(error) && !signal.aborted) stores.run.setState({ error: describeError(error) });
    }
  }

  async function run(asked: Asked, all: boolean, signal: AbortSignal): Promise<void> {
    const { model } = stores.model.getState();
    if (!model) return;
    const { prompt, maxTokens, answerStart } = asked;
    let begun: readonly LaneIndex[] = [];
    try {
      const { lanes, made } = await lanesOf(model, asked, signal);
      if (signal.aborted) return;
      const watched = watchedNeurons(stores.steering.getState());
      const base = [model.fingerprint, model.device.kind, asked, watched];
      const requests = laneIndices
        .map((lane) => {
          const { neurons, scope } = lanes[lane]!;
          return { lane, made, key: JSON.stringify([base, neurons, neurons.length > 0 && scope]) };
        })
        .filter(({ lane, key }) => {
          const { current } = record.lane(lane);
          return all || current.key !== key || current.finish === undefined || current.finish === 'cancelled';
        });
      begun = requests.map(({ lane }) => lane);
      record.affirm(
        laneIndices.filter((lane) => !begun.includes(lane)),
        made,
      );
      if (begun.length > 0) {
        const input: GenerateIn = {
          prompt,
          lanes: begun.map((lane) => lanes[lane]!),
          maxTokens,
          watched,
          bins: overviewBins,
          answerStart,
          reference: referenceOf(begun),
        };
        const onEvent = (event: GenerateEvent) => {
          if (signal.aborted) return;
          if (event.type === 'prompt') {
            record.onPrompt(event);
            stores.run.setState({ notice: event.notice });
          } else if (event.type === 'reading') {
            const { done, total } = event;
            stores.run.setState({ reading: done < total ? { done, total } : undefined });
          } else if (event.type === 'position') record.onPosition(begun[event.lane]!, event);
          else record.onToken(begun[event.lane]!, event);
        };
        const { id, done } = client.start('generate', input, { signal, onEvent });
        record.begin(id, requests, { layers: model.layout.widths.length, bins: overviewBins, watched });
        const out = await done;
        // The last tokens came after the abort and were not taken: the lanes have not come to their end.
        if (signal.aborted) return;
        record.settle(begun, out.lanes);
        stores.run.setState({ msPerToken: out.steps > 0 ? out.decodeMs / out.steps : undefined });
      }
      stores.run.setState({ status: 'done' });
      onDone();
      await reread(asked, signal);
    } catch (error) {
      if (isCancelled(error) || signal.aborted) return;
      record.fail(begun);
      stores.run.setState({ status: 'done', error: describeError(error), reading: undefined });
    }
  }

  /** Shows what was there before where nothing has come yet, and goes back to what that is an answer to. */
  function giveBack(begun: readonly LaneIndex[]): void {
    if (begun.some((lane) => record.lane(lane).current.tokens.length > 0)) return;
    record.fail(begun);
    const { made, tokens } = record.lane(0).current;
    if (made && tokens.length > 0) stores.run.setState({ asked: made.asked });
  }

  const openLanes = () => laneIndices.filter((lane) => record.lane(lane).current.finish === undefined);

  return {
    submit(all) {
      const { asked } = stores.run.getState();
      if (!asked) return;
      stores.run.setState({ status: 'running', error: undefined, reading: undefined });
      runs.submit((signal) => run(asked, all, signal));
    },
    stop() {
      runs.abort();
      giveBack(openLanes());
      const open = openLanes();
      record.settle(
        open,
        open.map(() => ({ finish: 'cancelled' })),
      );
      stores.run.setState({ status: 'done', reading: undefined });
    },
    giveUp() {
      runs.abort();
      record.fail(openLanes());
      stores.run.setState({ status: 'done', reading: undefined });
    },
    abort() {
      runs.abort();
      stores.run.setState({ status: 'idle', error: undefined, asked: undefined, reading: undefined });
    },
  };
}
