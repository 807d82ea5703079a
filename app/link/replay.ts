import type { NeuronFacts } from '../../src/engine/neuron-facts.ts';
import type { Frame } from '../../src/saved/frames.ts';
import type { RecordedRun } from '../../src/saved/run-file.ts';
import { fieldsOf } from '../explore/state/prompt.ts';
import { type LaneMade, laneIndices, type RunRecord } from '../explore/state/record.ts';
import type { Stores } from '../explore/state/stores.ts';
import { readPageState, writePageState } from './page-state.ts';

/** Request id of lanes that come from a file: the worker keeps nothing of them. */
const recordedRun = -2;

/** Whether what the figure shows comes from a file. */
export function isRecorded(record: RunRecord): boolean {
  return laneIndices.some((lane) => record.lane(lane).current.run === recordedRun);
}

/** What the page shows, to be kept; undefined while there is no answer or it is not complete. */
export function recordRun(
  stores: Stores,
  record: RunRecord,
  created: Date,
  neurons: Readonly<Record<string, NeuronFacts>>,
): RecordedRun | undefined {
  const { model } = stores.model.getState();
  const { notice } = stores.run.getState();
  const lanes = laneIndices.map((lane) => record.lane(lane).current);
  const made = record.lane(1).current.made;
  if (!model || !made || lanes.some(({ finish, tokens }) => !finish || tokens.length === 0)) return undefined;
  const dose = stores.dose.getState();
  const { asked, steering } = made;
  // Fields and sliders may have moved on: a run says what its answers were made with.
  const prompt = fieldsOf(asked, stores.prompt.getState());
  return {
    created: created.toISOString(),
    model,
    state: readPageState(stores, { steering, prompt }),
    asked,
    notice,
    prompt: record.prompt,
    shape: record.shape,
    lanes: lanes.map(({ finish, breakdown, tokens, overview, profile, watched }) => ({
      finish,
      breakdown,
      tokens,
      frames: Array.from(overview, (values, position): Frame | undefined => {
        const others = [profile[position], watched[position]];
        return values && others[0] && others[1]
          ? { overview: values, profile: others[0], watched: others[1] }
          : undefined;
      }),
    })),
    control: stores.control.getState(),
    dose: dose.status === 'done' ? dose : undefined,
    neurons,
  };
}

/** What a recorded run's lanes were made with. */
function madeOf({ asked, state, control }: RecordedRun, now: Stores): LaneMade {
  return { asked, steering: state.steering ?? now.steering.getState(), control: control.members };
}

/** Puts a recorded run in the place of what the page shows. */
export function replayRun(stores: Stores, record: RunRecord, run: RecordedRun): void {
  record.clear();
  record.begin(
    recordedRun,
    laneIndices.map((lane) => ({ lane, key: 'recorded', made: madeOf(run, stores) })),
    run.shape,
  );
  record.onPrompt({ type: 'prompt', tokens: run.prompt, notice: run.notice });
  for (const lane of laneIndices) {
    const { frames, tokens } = run.lanes[lane]!;
    frames.forEach((frame, position) => {
      if (frame) record.onPosition(lane, { type: 'position', lane, position, ...frame });
    });
    for (const token of tokens) record.onToken(lane, token);
  }
  record.settle(laneIndices, run.lanes);
  stores.run.setState({
    status: 'done',
    asked: run.asked,
    notice: run.notice,
    error: undefined,
    msPerToken: undefined,
  });
  stores.selection.setState({ hover: undefined, pin: undefined, neuron: undefined, card: undefined });
  writePageState(stores, run.state, ['asked']);
  stores.control.setState(run.control, true);
  if (run.dose) stores.dose.setState(run.dose, true);
}
