import { checkNeuron } from '../../src/neurons/layout.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import type { EngineClient } from '../../src/protocol/client.ts';
import type {
  DeviceChoice,
  Lane,
  LoadedModel,
  ModelSource,
  NeuronFacts,
  NeuronRef,
} from '../../src/protocol/messages.ts';
import { createAnswers } from './answers.ts';
import { describeError, isCancelled } from './describe-error.ts';
import { createDetails, type Details } from './detail.ts';
import { createDoses } from './doses.ts';
import { createHistory } from './history.ts';
import { defaultModelBytes } from './models.ts';
import { createNewest } from './newest.ts';
import { createMeter } from './progress.ts';
import { askedOn, promptOf } from './prompt.ts';
import { createRunRecord, type RunRecord } from './record.ts';
import { isRecorded, replayRun } from './replay.ts';
import type { RecordedRun } from './run-file.ts';
import { firstPrompt, type PromptState } from './slices/prompt.ts';
import {
  firstSteering,
  groupRange,
  neuronKey,
  type SteeredGroup,
  type SteeringState,
} from './slices/steering.ts';
import { neutral, withGroup, withGroupChange, withMuted, withOwn, withoutGroup } from './steering.ts';
import { createStores, type Stores } from './stores.ts';

const undoSteps = 100;
/** Larger groups would make every position a message of many kilobytes. */
const largestGroup = 2000;

export interface Session {
  readonly client: EngineClient;
  readonly stores: Stores;
  readonly record: RunRecord;
  /** What the worker keeps of every neuron, fetched where it is looked at. */
  readonly details: Details;
  /** What undo and redo would do, in words. */
  readonly history: ReturnType<typeof createHistory<SteeringState>>['store'];

  /** Loads a model, and answers the question once it is ready. A failure keeps everything that was typed. */
  load(source: ModelSource): Promise<void>;
  /** Shows a run as it was recorded, with its prompt and steering. */
  showRun(run: RecordedRun): void;
  chooseDevice(device: DeviceChoice): void;

  /** Answers the question as it stands in all lanes. */
  answer(): void;
  /** Ends the answer where it is. */
  stop(): void;
  /** Puts a prompt in place of the one that stands there, and answers it. */
  ask(prompt: Partial<PromptState>): void;
  /** Keeps question and unsteered answer as turns, and empties the question for the next one; tells whether there was an answer. */
  askOn(): boolean;
  /** Starts a new conversation; the question stays. */
  resetTurns(): void;
  /** Answers what was asked once more with every answer starting with these tokens; none: as the model starts itself. */
  whatIf(answerStart: readonly number[]): void;

  /** Scale of the first group. */
  setFactor(factor: number): void;
  setGroupFactor(id: string, factor: number): void;
  /** Switches a group on or off, or renames it. */
  changeGroup(id: string, change: Partial<Pick<SteeredGroup, 'name' | 'on'>>): void;
  /** Adds a group of these neurons at scale 1; returns a sentence that says why not, else undefined. */
  addGroup(name: string, members: readonly NeuronRef[], kind?: SteeredGroup['kind']): string | undefined;
  addSet(set: NeuronSet): string | undefined;
  /** Adds a neuron to a group of the person's own. */
  addToGroup(id: string, neuron: NeuronRef): string | undefined;
  removeGroup(id: string): void;
  /** Gives a neuron a factor of its own, in a group or not; undefined takes it back. */
  setOwnFactor(key: string, factor: number | undefined): void;
  setMuted(key: string, muted: boolean): void;
  /** Scales this neuron alone; undefined: all again. */
  setSolo(key: string | undefined): void;
  setScope(scope: Lane['scope']): void;
  drawControl(seed: number): void;
  /** All sliders to 1. */
  resetSteering(): void;
  /** Puts a whole state of steering in place, as one step. */
  restoreSteering(steering: SteeringState, label: string): void;
  /** Ends a step of several changes, as a drag of a slider. */
  endStep(): void;
  undo(): void;
  redo(): void;

  /** Asks for the doses now. */
  showDoses(): void;
  /** Scale of the first group, as a step of its own. */
  goToDose(factor: number): void;
  /** Opens a neuron's card; undefined closes it. */
  openCard(neuron: NeuronRef | undefined): void;
  /** What a neuron writes; asked once a model and neuron. */
  neuronFacts(neuron: NeuronRef): Promise<NeuronFacts>;
}

function startingName(count: number): string {
  return `${count === 5 ? 'five' : count} most active neurons`;
}

/** The page's state and what can be done with it, around one engine. */
export function createSession(client: EngineClient, schedule: (flush: () => void) => void): Session {
  const stores = createStores();
  const record = createRunRecord(schedule);
  const details = createDetails(client, record, () => stores.model.getState().model?.layout);
  const loads = createNewest();
  const history = createHistory<SteeringState>(undoSteps);
  const doses = createDoses(client, stores);
  const answers = createAnswers({ client, stores, record, onDone: doses.later });
  const facts = new Map<string, Promise<NeuronFacts>>();

  async function loadNow(source: ModelSource, signal: AbortSignal): Promise<void> {
    const size = source.kind === 'url' ? defaultModelBytes : source.file.size;
    const meter = createMeter(() => performance.now(), size);
    const { device } = stores.model.getState();
    stores.model.setState({
      status: 'loading',
      source,
      error: undefined,
      progress: undefined,
    });
    try {
      const before = stores.model.getState().model;
      const model = await client.call(
        'load',
        { source, device },
        {
          signal,
          onEvent: (progress) => stores.model.setState({ progress: meter(progress) }),
        },
      );
      stores.model.setState({ status: 'ready', model });
      startWith(model, before?.fingerprint === model.fingerprint);
    } catch (error) {
      if (isCancelled(error)) return;
      const model = isRecorded(record) ? stores.model.getState().model : undefined;
      stores.model.setState({ status: 'failed', error: describeError(error), model });
    }
  }

  /**
   * Steering that was made for this model is kept: another device, or a link.
   * @param same whether what the page shows comes from this model, and stays until it is answered again
   */
  function startWith(model: LoadedModel, same: boolean): void {
    const { asked } = stores.run.getState();
    const { pin } = stores.selection.getState();
    if (!same) record.clear();
    stores.selection.setState({ hover: undefined, pin: undefined, neuron: undefined });
    const steering = stores.steering.getState();
    if (steering.madeFor !== model.fingerprint) {
      history.clear();
      stores.selection.setState({ card: undefined });
      const { scope, controlSeed } = steering;
      stores.steering.setState(
        withGroup(
          { ...firstSteering, madeFor: model.fingerprint, scope, controlSeed },
          { name: startingName(model.mostActive.length), kind: 'active', members: model.mostActive },
        ),
        true,
      );
    }
    answer();
    const again = JSON.stringify(stores.run.getState().asked) === JSON.stringify(asked);
    if (same && again) stores.selection.setState({ pin });
  }

  /** Says why nothing can be answered now; the change itself is kept. */
  function isReady(): boolean {
    if (stores.model.getState().status === 'ready') return true;
    const error = isRecorded(record)
      ? 'This is a recorded run: your change is kept and answered as soon as the model is ready.'
      : 'The model is not ready yet: your question is kept, press Run when it is.';
    stores.run.setState({ error });
    return false;
  }

  function submit(all: boolean): void {
    if (!isReady()) return;
    doses.yield();
    answers.submit(all);
  }

  function put(steering: SteeringState): void {
    stores.steering.setState(steering, true);
    submit(false);
  }

  /** Every change of steering comes through here. */
  function change(next: SteeringState, label: string, tag?: string): void {
    history.record(stores.steering.getState(), label, tag);
    put(next);
  }

  function answer(): void {
    const prompt = stores.prompt.getState();
    const { model } = stores.model.getState();
    const empty = prompt.mode === 'raw' ? prompt.question === '' : prompt.question.trim() === '';
    if (empty) {
      stores.run.setState({ error: 'Type a question first: there is nothing to answer yet.' });
      return;
    }
    if (!isReady() || !model) return;
    const { sampling, maxTokens } = prompt;
    stores.run.setState({
      asked: { prompt: promptOf(prompt, model), sampling, maxTokens, answerStart: [] },
    });
    stores.selection.setState({ hover: undefined, pin: undefined });
    submit(true);
  }

  async function load(source: ModelSource): Promise<void> {
    if (!isRecorded(record)) {
      doses.yield();
      answers.abort();
    }
    loads.submit((signal) => loadNow(source, signal));
    await loads.idle();
  }

  const groupOf = (id: string) => stores.steering.getState().groups.find((group) => group.id === id);

  /** Why these neurons cannot be a group; undefined where they can. */
  function refusal(members: readonly NeuronRef[]): string | undefined {
    const { model } = stores.model.getState();
    if (!model) return 'The model is not ready yet; add neurons when it is.';
    if (members.length === 0) return 'There are no neurons to add; choose at least one.';
    if (members.length > largestGroup)
      return `These are ${members.length.toLocaleString('en')} neurons; a group takes at most ${largestGroup.toLocaleString('en')}.`;
    try {
      for (const neuron of members) checkNeuron(model.layout, neuron);
    } catch (error) {
      return describeError(error);
    }
    return undefined;
  }

  function add(group: Pick<SteeredGroup, 'name' | 'kind' | 'members' | 'set'>): string | undefined {
    const members = [...new Map(group.members.map((neuron) => [neuronKey(neuron), neuron])).values()];
    const reason = refusal(members);
    if (!reason) change(withGroup(stores.steering.getState(), { ...group, members }), `add ${group.name}`);
    return reason;
  }

  function setGroupFactor(id: string, factor: number): void {
    const group = groupOf(id);
    if (!group) return;
    const { min, max } = groupRange;
    const next = Math.min(max, Math.max(min, factor));
    if (next === group.factor) return;
    const changed = withGroupChange(stores.steering.getState(), id, { factor: next });
    change(changed, `scale of ${group.name}`, `factor ${id}`);
  }

  function setFactor(factor: number): void {
    const [first] = stores.steering.getState().groups;
    if (first) setGroupFactor(first.id, factor);
  }

  return {
    client,
    stores,
    record,
    details,
    history: history.store,
    load,
    showRun(run) {
      doses.yield();
      answers.abort();
      history.clear();
      const { status, model } = stores.model.getState();
      const live = status === 'ready' && model?.fingerprint === run.model.fingerprint;
      if (!live)
        stores.model.setState({ model: run.model, status: status === 'ready' ? 'recorded' : status });
      replayRun(stores, record, run);
      for (const [key, known] of Object.entries(run.neurons))
        facts.set(`${run.model.fingerprint}/${key}`, Promise.resolve(known));
    },
    chooseDevice(device) {
      stores.model.setState({ device });
      const { source } = stores.model.getState();
      if (source) void load(source);
    },

    answer,
    stop: answers.stop,
    ask(prompt) {
      stores.prompt.setState(prompt);
      answer();
    },
    askOn() {
      const { asked } = stores.run.getState();
      const text = record
        .lane(0)
        .current.tokens.map(({ token }) => token.text)
        .join('');
      const next = asked && askedOn(asked.prompt, text);
      if (next) stores.prompt.setState(next);
      return next !== undefined;
    },
    resetTurns() {
      stores.prompt.setState({ turns: firstPrompt.turns });
    },
    whatIf(answerStart) {
      const { asked } = stores.run.getState();
      if (!asked) return;
      stores.run.setState({ asked: { ...asked, answerStart } });
      stores.selection.setState({ hover: undefined, pin: undefined });
      submit(false);
    },

    setFactor,
    setGroupFactor,
    changeGroup(id, { name, on }) {
      const group = groupOf(id);
      if (!group) return;
      const label = on === undefined ? `name of ${group.name}` : `${group.name} ${on ? 'on' : 'off'}`;
      const wanted = { ...(name === undefined ? {} : { name }), ...(on === undefined ? {} : { on }) };
      change(withGroupChange(stores.steering.getState(), id, wanted), label);
    },
    addGroup: (name, members, kind = 'custom') => add({ name, members, kind }),
    addSet: (set) => add({ name: set.name, kind: 'set', members: set.neurons, set }),
    addToGroup(id, neuron) {
      const group = groupOf(id);
      if (!group || group.members.some((member) => neuronKey(member) === neuronKey(neuron))) return undefined;
      const members = [...group.members, neuron];
      const reason = refusal(members);
      if (!reason)
        change(
          withGroupChange(stores.steering.getState(), id, { members }),
          `add ${neuronKey(neuron)} to ${group.name}`,
        );
      return reason;
    },
    removeGroup(id) {
      const group = groupOf(id);
      if (group) change(withoutGroup(stores.steering.getState(), id), `remove ${group.name}`);
    },
    setOwnFactor(key, factor) {
      const steering = stores.steering.getState();
      if (steering.own[key] === factor) return;
      const step = factor === undefined ? 'follow its group' : 'own scale';
      change(
        withOwn(steering, key, factor),
        `${key}, ${step}`,
        factor === undefined ? undefined : `own ${key}`,
      );
    },
    setMuted(key, muted) {
      change(withMuted(stores.steering.getState(), key, muted), `${muted ? 'mute' : 'unmute'} ${key}`);
    },
    setSolo(key) {
      change({ ...stores.steering.getState(), solo: key }, key === undefined ? 'end solo' : `solo ${key}`);
    },
    setScope(scope) {
      change({ ...stores.steering.getState(), scope }, 'scope');
    },
    drawControl(seed) {
      change({ ...stores.steering.getState(), controlSeed: seed }, 'new control');
    },
    resetSteering() {
      change(neutral(stores.steering.getState()), 'all scales to 1');
    },
    restoreSteering: (steering, label) => change(steering, label),
    endStep: history.endStep,
    undo() {
      const before = history.undo(stores.steering.getState());
      if (before) put(before);
    },
    redo() {
      const after = history.redo(stores.steering.getState());
      if (after) put(after);
    },

    showDoses: doses.now,
    goToDose(factor) {
      history.endStep();
      setFactor(factor);
      history.endStep();
    },
    openCard(neuron) {
      stores.selection.setState({ card: neuron && { layer: neuron.layer, neuron: neuron.neuron } });
    },
    neuronFacts(neuron) {
      const key = `${stores.model.getState().model?.fingerprint}/${neuronKey(neuron)}`;
      const asked = facts.get(key) ?? client.call('neuron', { layer: neuron.layer, neuron: neuron.neuron });
      facts.set(key, asked);
      asked.catch(() => facts.delete(key));
      return asked;
    },
  };
}
