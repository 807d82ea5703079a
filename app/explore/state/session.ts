import type { LoadedModel } from '../../../src/engine/model-info.ts';
import type { NeuronFacts } from '../../../src/engine/neuron-facts.ts';
import type { DeviceChoice } from '../../../src/model/runtime/choose.ts';
import type { ModelSource } from '../../../src/model/source.ts';
import { formatNeuron } from '../../../src/neurons/layout.ts';
import type { NeuronSet } from '../../../src/neurons/set-file.ts';
import type { NeuronRef } from '../../../src/neurons/types.ts';
import type { RecordedRun } from '../../../src/saved/run-file.ts';
import type { SteeringState } from '../../../src/steering/types.ts';
import type { EngineClient } from '../../../src/worker/engine-client.ts';
import { isRecorded, replayRun } from '../../link/replay.ts';
import { steeringFor } from '../../models/state/model-switch.ts';
import { expectedBytes } from '../../models/state/models.ts';
import type { Engine } from '../../shell/engine.ts';
import { onlyTab, type Tabs } from '../../shell/tabs.ts';
import { describeError, isCancelled } from '../../ui/describe-error.ts';
import { createNewest } from '../../ui/latest-only.ts';
import { createMeter } from '../../ui/progress.ts';
import { createAnswers } from './answers.ts';
import { createDetails, type Details } from './detail.ts';
import { createDoses } from './doses.ts';
import { createHistory } from './history.ts';
import { askedOn, fieldsOf, promptOf } from './prompt.ts';
import { createRunRecord, type RunRecord } from './record.ts';
import { firstPrompt, type PromptState } from './slices/prompt.ts';
import { firstControl } from './slices/steering.ts';
import { createSteeringActions, type SteeringActions } from './steering-actions.ts';
import { createStores, type Stores } from './stores.ts';
import { createUndo, type UndoActions, type Undoable, undoSteps } from './undo.ts';

export interface Session extends SteeringActions, UndoActions {
  readonly client: EngineClient;
  readonly stores: Stores;
  readonly record: RunRecord;
  /** What the worker keeps of every neuron, fetched where it is looked at. */
  readonly details: Details;

  /**
   * Loads a model, and answers the question once it is ready. A failure keeps everything that was typed and answered, and
   * the model before as long as it can. Where another tab holds a model, the person is asked first.
   */
  load(source: ModelSource): Promise<void>;
  /** Ends loading; the model before stays as long as it can. */
  stopLoading(): void;
  /** Loads what was wanted though another tab holds a model. */
  loadBeside(): void;
  /** Shows a run as it was recorded, with its prompt and steering. */
  showRun(run: RecordedRun): void;
  chooseDevice(device: DeviceChoice): void;

  /** Answers the question as it stands in all lanes. */
  answer(): void;
  /** Ends the answer where it is. */
  stop(): void;
  /** Puts another state of the page in place, as one step called `label`, and answers it once a model is ready. */
  putInPlace(label: string, write: () => void): void;
  /** Puts a prompt in place of the one that stands there, and answers it; one step, called `label`. */
  ask(prompt: Partial<PromptState>, label?: string): void;
  /** Keeps question and unsteered answer as turns, and empties the question for the next one; tells whether there was an answer. */
  askOn(): boolean;
  /** Starts a new conversation; the question stays. */
  resetTurns(): void;
  /** Answers what was asked once more with every answer starting with these tokens; none: as the model starts itself. */
  whatIf(answerStart: readonly number[], label?: string): void;

  /** Asks for the doses now. */
  showDoses(): void;
  /** Ends the doses where they are. */
  stopDoses(): void;
  /** Opens a neuron's card; undefined closes it. */
  openCard(neuron: NeuronRef | undefined): void;
  /** What a neuron writes; asked once a model and neuron. */
  neuronFacts(neuron: NeuronRef): Promise<NeuronFacts>;
}

/**
 * The page's state and what can be done with it, around one engine.
 * @param setsFor neuron sets at hand for a model; it starts with the first that was found in its weights
 */
export function createSession(
  client: EngineClient & Partial<Pick<Engine, 'holdsModel' | 'onLost'>>,
  schedule: (flush: () => void) => void,
  setsFor: (model: LoadedModel) => Promise<readonly NeuronSet[]> = async () => [],
  tabs: Tabs = onlyTab,
): Session {
  const stores = createStores();
  const record = createRunRecord(schedule);
  const details = createDetails(client, record, () => stores.model.getState().model?.layout);
  const loads = createNewest();
  const doses = createDoses(client, stores);
  const answers = createAnswers({ client, stores, record, onDone: doses.later });
  const history = createHistory<Undoable>(undoSteps);
  const undoActions = createUndo(stores, history, () => submit(false));
  const steeringActions = createSteeringActions(stores, history, () => submit(false));
  const facts = new Map<string, Promise<NeuronFacts>>();

  /** Steering of models that were there before, by fingerprint, for when they come back. */
  const ofOtherModels = new Map<string, SteeringState>();

  /** The source that was asked for last. */
  let newest: ModelSource | undefined;

  async function loadNow(source: ModelSource, signal: AbortSignal): Promise<void> {
    const meter = createMeter(() => performance.now(), expectedBytes(source));
    const { device } = stores.model.getState();
    stores.model.setState({
      status: 'loading',
      source,
      error: undefined,
      progress: undefined,
      linked: undefined,
    });
    try {
      const model = await client.call(
        'load',
        { source, device },
        {
          signal,
          onEvent: (progress) => stores.model.setState({ progress: meter(progress) }),
        },
      );
      const sets = await setsFor(model);
      signal.throwIfAborted();
      const before = stores.model.getState().model;
      stores.model.setState({ status: 'ready', model, last: { source, model } });
      if (model.notice !== undefined) stores.notice.setState({ text: model.notice });
      startWith(model, before, sets);
    } catch (error) {
      const replaced = signal.aborted && newest !== source;
      if (!replaced) goBack(isCancelled(error) || signal.aborted ? undefined : describeError(error));
    }
  }

  /** Ends what is being answered where it is. */
  function rest(): void {
    doses.yield();
    if (stores.run.getState().status === 'running') answers.stop();
  }

  /** To the model before where it still answers. */
  function goBack(error: string | undefined): void {
    const { last, model } = stores.model.getState();
    if (last && client.holdsModel?.()) {
      const shown = model?.fingerprint === last.model.fingerprint;
      stores.model.setState({ status: shown ? 'ready' : 'recorded', error });
    } else {
      tabs.release();
      stores.model.setState({ status: 'failed', error: error ?? 'Loading was stopped.' });
    }
  }

  client.onLost?.((error) => {
    if (stores.model.getState().status === 'loading') return;
    doses.yield();
    if (stores.run.getState().status === 'running') answers.giveUp();
    tabs.release();
    stores.model.setState({ status: 'lost', error: describeError(error) });
  });
  tabs.onFree(() => {
    const { status, source } = stores.model.getState();
    if (status === 'shared' && source) void load(source);
    else if (status !== 'loading' && !client.holdsModel?.()) tabs.release();
  });

  /**
   * Steering that was made for this model is kept: another device, or a link. Nothing else that names neurons is.
   * @param before the model of what the page shows; where it is the same one, that stays until it is answered again
   */
  function startWith(model: LoadedModel, before: LoadedModel | undefined, sets: readonly NeuronSet[]): void {
    const { asked } = stores.run.getState();
    const { pin } = stores.selection.getState();
    const same = before?.fingerprint === model.fingerprint;
    if (!same) record.clear();
    stores.selection.setState({ hover: undefined, pin: undefined, neuron: undefined, box: undefined });
    stores.control.setState(firstControl, true);
    if (before && !same) stores.view.setState({ mapView: undefined });
    const steering = stores.steering.getState();
    if (steering.madeFor !== model.fingerprint) {
      stores.selection.setState({ card: undefined });
      if (steering.groups.length > 0) ofOtherModels.set(steering.madeFor, steering);
      const own = ofOtherModels.get(model.fingerprint);
      const next = own ? { steering: own } : steeringFor(model, before, steering, sets);
      stores.steering.setState(next.steering, true);
      const notes = [model.notice, next.note].filter((text) => text !== undefined);
      if (notes.length > 0) stores.notice.setState({ text: notes.join(' ') });
    }
    answerFirst(model, same);
    // Steps name neurons and tokens of the model before.
    if (steering.madeFor !== model.fingerprint) history.clear();
    const again = JSON.stringify(stores.run.getState().asked) === JSON.stringify(asked);
    if (same && again) stores.selection.setState({ pin });
  }

  /** What a link or the visit before had asked; else what the fields ask; else, in a conversation, what was answered last. */
  function answerFirst(model: LoadedModel, same: boolean): void {
    const { asked, wanted } = stores.run.getState();
    const isEmpty = stores.prompt.getState().question.trim() === '';
    const again = wanted ?? (isEmpty ? asked : undefined);
    if (!again) {
      answer();
      return;
    }
    // Ids of tokens mean other texts to another model.
    const answerStart = wanted || same ? again.answerStart : [];
    const prompt = promptOf(fieldsOf(again, stores.prompt.getState()), model);
    const next = { ...again, prompt: again.prompt.kind === 'ids' ? again.prompt : prompt, answerStart };
    stores.run.setState({ asked: next, wanted: undefined, error: undefined });
    submit(true);
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
    doses.yield();
    if (!isReady()) return;
    answers.submit(all);
  }

  function answer(): void {
    stores.run.setState({ wanted: undefined });
    const prompt = stores.prompt.getState();
    const { model } = stores.model.getState();
    const empty = prompt.mode === 'raw' ? prompt.question === '' : prompt.question.trim() === '';
    if (empty) {
      stores.run.setState({ error: 'Type a question first: there is nothing to answer yet.' });
      return;
    }
    if (!isReady() || !model) return;
    const { sampling, maxTokens } = prompt;
    const asked = { prompt: promptOf(prompt, model), sampling, maxTokens, answerStart: [] };
    const { asked: before } = stores.run.getState();
    if (before && JSON.stringify(before) !== JSON.stringify(asked))
      history.record({ asked: before, prompt: fieldsOf(before, prompt) }, 'question');
    stores.run.setState({ asked });
    stores.selection.setState({ hover: undefined, pin: undefined });
    submit(true);
  }

  async function load(source: ModelSource): Promise<void> {
    if (!(await tabs.mayHold())) {
      stores.model.setState({ status: 'shared', source, error: undefined });
      return;
    }
    if (!isRecorded(record)) rest();
    newest = source;
    loads.submit((signal) => loadNow(source, signal));
    await loads.idle();
  }

  return {
    client,
    stores,
    record,
    details,
    ...steeringActions,
    ...undoActions,
    load,
    stopLoading: loads.abort,
    loadBeside() {
      tabs.goOn();
      const { source } = stores.model.getState();
      if (source) void load(source);
    },
    showRun(run) {
      doses.yield();
      answers.abort();
      const { status, model } = stores.model.getState();
      const { asked } = stores.run.getState();
      const live = status === 'ready' && model?.fingerprint === run.model.fingerprint;
      if (live && asked)
        history.record(
          { asked, prompt: fieldsOf(asked, stores.prompt.getState()), steering: stores.steering.getState() },
          'opening of a run',
        );
      else history.clear();
      if (!live)
        stores.model.setState({ model: run.model, status: status === 'ready' ? 'recorded' : status });
      replayRun(stores, record, run);
      if (run.dose) doses.know(run.dose.points);
      for (const [key, known] of Object.entries(run.neurons))
        facts.set(`${run.model.fingerprint}/${key}`, Promise.resolve(known));
    },
    chooseDevice(device) {
      stores.model.setState({ device });
      const { source, last, status } = stores.model.getState();
      const wanted = status === 'ready' ? last?.source : source;
      if (wanted && status !== 'shared') void load(wanted);
    },

    answer,
    stop: answers.stop,
    putInPlace(label, write) {
      const { asked } = stores.run.getState();
      const { status, model } = stores.model.getState();
      history.oneStep(label, () => {
        if (asked)
          history.record(
            { asked, prompt: stores.prompt.getState(), steering: stores.steering.getState() },
            label,
          );
        stores.run.setState({ wanted: undefined });
        write();
        if (status === 'ready' && model) answerFirst(model, true);
      });
    },
    ask(prompt, label = 'question') {
      history.oneStep(label, () => {
        history.record({ prompt: stores.prompt.getState() }, label);
        stores.prompt.setState(prompt);
        answer();
      });
    },
    askOn() {
      const { asked } = stores.run.getState();
      const text = record
        .lane(0)
        .current.tokens.map(({ token }) => token.text)
        .join('');
      const next = asked && askedOn(asked.prompt, text);
      if (next) {
        history.record({ prompt: stores.prompt.getState() }, 'follow up');
        stores.prompt.setState(next);
      }
      return next !== undefined;
    },
    resetTurns() {
      history.record({ prompt: stores.prompt.getState() }, 'new conversation');
      stores.prompt.setState({ turns: firstPrompt.turns });
    },
    whatIf(answerStart, label = 'start of the answer') {
      const { asked } = stores.run.getState();
      if (!asked || !isReady()) return;
      history.record({ asked }, label);
      stores.run.setState({ asked: { ...asked, answerStart } });
      stores.selection.setState({ hover: undefined, pin: undefined });
      submit(false);
    },

    showDoses: doses.now,
    stopDoses: doses.stop,
    openCard(neuron) {
      stores.selection.setState({ card: neuron && { layer: neuron.layer, neuron: neuron.neuron } });
    },
    neuronFacts(neuron) {
      const key = `${stores.model.getState().model?.fingerprint}/${formatNeuron(neuron)}`;
      const asked = facts.get(key) ?? client.call('neuron', { layer: neuron.layer, neuron: neuron.neuron });
      facts.set(key, asked);
      asked.catch(() => facts.delete(key));
      return asked;
    },
  };
}
