import { EngineError } from '../../src/errors.ts';
import type { EngineClient } from '../../src/protocol/client.ts';
import type {
  DeviceChoice,
  GenerateIn,
  Lane,
  LoadedModel,
  ModelSource,
  NeuronRef,
} from '../../src/protocol/messages.ts';
import { servedModel } from './models.ts';
import { createNewest } from './newest.ts';
import { createEstimator } from './progress.ts';
import { createRunRecord, type LaneIndex, laneIndices, type RunRecord } from './record.ts';
import type { PromptState } from './slices/prompt.ts';
import { factorOf } from './slices/steering.ts';
import { createStores, type Stores } from './stores.ts';

/** Columns of the overview that comes with every position. */
const overviewBins = 256;

export interface Session {
  readonly client: EngineClient;
  readonly stores: Stores;
  readonly record: RunRecord;
  /** Loads a model, and answers the question once it is ready. A failure keeps everything that was typed. */
  load(source: ModelSource): Promise<void>;
  /** Loads the model beside the page if the server has it, else leaves the choice to the person. */
  loadServed(): Promise<void>;
  chooseDevice(device: DeviceChoice): void;
  /** Answers the question as it stands in all lanes. */
  answer(): void;
  /** Ends the answer where it is. */
  stop(): void;
  setFactor(factor: number): void;
  /** Gives a member a factor of its own; undefined takes it back. */
  setOwnFactor(key: string, factor: number | undefined): void;
  setScope(scope: Lane['scope']): void;
  drawControl(seed: number): void;
}

type Asked = Omit<PromptState, 'system' | 'question'> & Pick<GenerateIn, 'prompt'>;

function messageOf(thrown: unknown): string {
  if (thrown instanceof EngineError) return thrown.message;
  return `Something went wrong: ${thrown instanceof Error ? thrown.message : String(thrown)}. Press Run to try again.`;
}

function isCancelled(thrown: unknown): boolean {
  return thrown instanceof EngineError && thrown.code === 'cancelled';
}

/** The page's state and what can be done with it, around one engine. */
export function createSession(client: EngineClient, schedule: (flush: () => void) => void): Session {
  const stores = createStores();
  const record = createRunRecord(schedule);
  const loads = createNewest();
  const runs = createNewest();
  let asked: Asked | undefined;

  async function loadNow(source: ModelSource, signal: AbortSignal): Promise<void> {
    const estimate = createEstimator(() => performance.now());
    const { device } = stores.model.getState();
    stores.model.setState({
      status: 'loading',
      source,
      error: undefined,
      progress: undefined,
      secondsLeft: undefined,
    });
    try {
      const model = await client.call(
        'load',
        { source, device },
        {
          signal,
          onEvent: (progress) => stores.model.setState({ progress, secondsLeft: estimate(progress) }),
        },
      );
      stores.model.setState({ status: 'ready', model });
      startWith(model);
    } catch (error) {
      if (isCancelled(error)) return;
      stores.model.setState({ status: 'failed', error: messageOf(error), model: undefined });
    }
  }

  function startWith(model: LoadedModel): void {
    record.clear();
    stores.selection.setState({ hover: undefined, pin: undefined, neuron: undefined });
    stores.steering.setState({
      name: `${model.mostActive.length === 5 ? 'five' : model.mostActive.length} most active neurons`,
      members: model.mostActive,
      own: {},
      control: [],
    });
    answer();
  }

  function lanesOf(control: readonly NeuronRef[], { sampling }: Asked): Lane[] {
    const steering = stores.steering.getState();
    const { scope, factor } = steering;
    return [
      { neurons: [], scope, sampling },
      { neurons: steering.members.map((n) => ({ ...n, factor: factorOf(steering, n) })), scope, sampling },
      { neurons: control.map((n) => ({ ...n, factor })), scope, sampling },
    ];
  }

  async function controlMembers(signal: AbortSignal): Promise<readonly NeuronRef[]> {
    const { members, control, controlSeed: seed } = stores.steering.getState();
    if (control.length > 0 || members.length === 0) return control;
    const drawn = await client.call('control', { members, seed }, { signal });
    stores.steering.setState({ control: drawn.members });
    return drawn.members;
  }

  function submit(all: boolean): void {
    const request = asked;
    if (!request) return;
    stores.run.setState({ status: 'running', error: undefined });
    runs.submit((signal) => run(request, all, signal));
  }

  async function run(request: Asked, all: boolean, signal: AbortSignal): Promise<void> {
    const { model } = stores.model.getState();
    if (!model) return;
    const { prompt, sampling, maxTokens } = request;
    const watched = stores.steering.getState().members;
    let begun: readonly LaneIndex[] = [];
    try {
      const lanes = lanesOf(await controlMembers(signal), request);
      if (signal.aborted) return;
      const base = [model.fingerprint, model.device.kind, prompt, maxTokens, watched];
      const requests = laneIndices
        .map((lane) => {
          const { neurons, scope } = lanes[lane]!;
          return { lane, key: JSON.stringify([base, sampling, neurons, neurons.length > 0 && scope]) };
        })
        .filter(({ lane, key }) => {
          const { current } = record.lane(lane);
          return all || current.key !== key || current.finish === undefined || current.finish === 'cancelled';
        });
      if (requests.length > 0) {
        begun = requests.map(({ lane }) => lane);
        const { id, done } = client.start(
          'generate',
          { prompt, lanes: begun.map((lane) => lanes[lane]!), maxTokens, watched, bins: overviewBins },
          {
            signal,
            onEvent: (event) => {
              if (signal.aborted) return;
              if (event.type === 'prompt') {
                record.onPrompt(event);
                stores.run.setState({ notice: event.notice });
              } else if (event.type === 'position') record.onPosition(begun[event.lane]!, event);
              else record.onToken(begun[event.lane]!, event);
            },
          },
        );
        record.begin(id, requests, { layers: model.layout.widths.length, bins: overviewBins, watched });
        const out = await done;
        record.settle(
          begun,
          out.lanes.map((lane) => lane.finish),
        );
        stores.run.setState({ msPerToken: out.steps > 0 ? out.decodeMs / out.steps : undefined });
      }
      stores.run.setState({ status: 'done' });
    } catch (error) {
      if (isCancelled(error) || signal.aborted) return;
      record.settle(begun, []);
      stores.run.setState({ status: 'done', error: messageOf(error) });
    }
  }

  function answer(): void {
    const { system, question, sampling, maxTokens } = stores.prompt.getState();
    const { model } = stores.model.getState();
    if (question.trim() === '') {
      stores.run.setState({ error: 'Type a question first: there is nothing to answer yet.' });
      return;
    }
    if (!model) {
      stores.run.setState({
        error: 'The model is not ready yet: your question is kept, press Run when it is.',
      });
      return;
    }
    const prompt: GenerateIn['prompt'] = model.hasChatTemplate
      ? {
          kind: 'chat',
          system: system.trim() === '' ? '' : system,
          turns: [{ role: 'user', content: question }],
        }
      : { kind: 'raw', text: system.trim() === '' ? question : `${system}\n\n${question}` };
    asked = { prompt, sampling, maxTokens };
    stores.selection.setState({ hover: undefined, pin: undefined });
    submit(true);
  }

  async function load(source: ModelSource): Promise<void> {
    runs.abort();
    stores.run.setState({ status: 'idle', error: undefined });
    loads.submit((signal) => loadNow(source, signal));
    await loads.idle();
  }

  return {
    client,
    stores,
    record,
    load,
    async loadServed() {
      const source = servedModel(document.baseURI);
      stores.model.setState({ status: 'checking' });
      const found = await fetch(source.url, { method: 'HEAD' }).then(
        (response) => response.ok && !(response.headers.get('content-type') ?? '').includes('text/html'),
        () => false,
      );
      if (found) await load(source);
      else stores.model.setState({ status: 'missing' });
    },
    chooseDevice(device) {
      stores.model.setState({ device });
      const { source } = stores.model.getState();
      if (source) void load(source);
    },
    answer,
    stop() {
      runs.abort();
      record.settle(
        laneIndices.filter((lane) => record.lane(lane).current.finish === undefined),
        ['cancelled', 'cancelled', 'cancelled'],
      );
      stores.run.setState({ status: 'done' });
    },
    setFactor(factor) {
      stores.steering.setState({ factor });
      submit(false);
    },
    setOwnFactor(key, factor) {
      const own = { ...stores.steering.getState().own };
      if (factor === undefined) delete own[key];
      else own[key] = factor;
      stores.steering.setState({ own });
      submit(false);
    },
    setScope(scope) {
      stores.steering.setState({ scope });
      submit(false);
    },
    drawControl(seed) {
      stores.steering.setState({ controlSeed: seed, control: [] });
      submit(false);
    },
  };
}
