// The run that the page shows before its model is there: npm run record-run -- [--out FILE]
import { openAsBlob } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { firstDifference, laneIndices } from '../app/explore/state/record.ts';
import { createSession, type Session } from '../app/explore/state/session.ts';
import { recordRun } from '../app/link/replay.ts';
import type { NeuronFacts } from '../src/engine/neuron-facts.ts';
import { nativeRuntime } from '../src/model/runtime/native.ts';
import { formatNeuron } from '../src/neurons/layout.ts';
import { DEFAULT_MODEL } from '../src/node/open-model.ts';
import { coarser } from '../src/saved/frames.ts';
import { formatRun, type RecordedRun } from '../src/saved/run-file.ts';
import { watchedNeurons } from '../src/steering/steering.ts';
import { createEngine } from '../src/worker/engine.ts';
import type { Response } from '../src/worker/engine-calls.ts';
import { createEngineClient, type Port } from '../src/worker/engine-client.ts';
import { serveEngine } from '../src/worker/serve-engine.ts';
import { runMain, SetupError, say } from './lib/log.mjs';
import { root } from './lib/process.mjs';
import { shippedSet } from './lib/shipped-set.ts';

/** The shipped H-Neurons at the slider's end, for the question that the page starts with: all three answers differ. */
const example = { scope: 'everywhere', factor: 3 } as const;

/** Fewer bins and levels than the page works with: the file comes before the first picture. */
const binsInOne = 4;
const levels = 31;

function smaller(run: RecordedRun): RecordedRun {
  return {
    ...run,
    shape: { ...run.shape, bins: run.shape.bins / binsInOne },
    lanes: run.lanes.map((lane) => ({
      ...lane,
      frames: lane.frames.map((frame) => frame && { ...frame, overview: coarser(frame.overview, binsInOne) }),
    })),
  };
}

/** The engine in this process, behind the same protocol as the page's worker. */
function localPort(): Port {
  const runtime = async () => nativeRuntime(availableParallelism());
  const engine = createEngine({ wasm: runtime, webgpu: runtime, webgpuObstacle: async () => 'native' });
  const listeners = new Set<(event: MessageEvent<Response>) => void>();
  const take = serveEngine(engine, (data) => {
    for (const listener of listeners) listener(new MessageEvent('message', { data }));
  });
  return {
    postMessage: take,
    addEventListener(type: string, listener: (event: never) => void) {
      if (type === 'message') listeners.add(listener as (event: MessageEvent<Response>) => void);
    },
  };
}

/** Resolves once a store's state fits. */
function until<T>(
  store: { getState(): T; subscribe(listener: () => void): () => void },
  fits: (state: T) => boolean,
) {
  return new Promise<void>((resolve) => {
    const look = () => {
      if (!fits(store.getState())) return;
      stop();
      resolve();
    };
    const stop = store.subscribe(look);
    look();
  });
}

async function answered(session: Session): Promise<void> {
  const { run } = session.stores;
  await until(run, ({ status }) => status === 'done');
  const { error } = run.getState();
  if (error) throw new SetupError(error);
}

await runMain(async () => {
  const out = process.argv[2] === '--out' ? process.argv[3] : join(root, 'public', 'runs', 'telephone.json');
  if (!out) throw new SetupError('--out wants a file: npm run record-run -- [--out FILE]');
  const session = createSession(
    createEngineClient(localPort()),
    (flush) => flush(),
    async () => [await shippedSet()],
  );
  const { stores } = session;
  const blob = await openAsBlob(DEFAULT_MODEL);
  const file = new File([blob], 'SmolLM2-135M-Instruct.gguf');
  await session.load({ kind: 'files', files: [{ path: file.name, file }] });
  const { error } = stores.model.getState();
  if (error) throw new SetupError(error);
  session.stop();
  session.setScope(example.scope);
  session.setFactor(example.factor);
  session.answer();
  await answered(session);
  session.showDoses();
  await until(stores.dose, ({ status }) => status === 'done' || status === 'failed');
  const neurons: Record<string, NeuronFacts> = {};
  for (const neuron of watchedNeurons(stores.steering.getState()))
    neurons[formatNeuron(neuron)] = await session.neuronFacts(neuron);
  const parted = laneIndices.slice(1).map((lane) => firstDifference(session.record, lane));
  const [steered] = parted;
  if (!steered || parted.includes(undefined)) throw new SetupError('The answers do not differ.');
  // The last token that the steered answer shares with the unsteered one.
  const { prompt } = session.record;
  stores.selection.setState({ pin: { lane: 1, position: prompt.length + steered - 1 } });
  const run = recordRun(stores, session.record, new Date(), neurons);
  if (!run) throw new SetupError('The answer is not complete.');
  for (const { tokens, finish } of run.lanes)
    say('run', `${tokens.map(({ token }) => token.text).join('')} (${finish})`);
  const text = await formatRun(smaller(run), levels);
  await mkdir(dirname(out), { recursive: true });
  await writeFile(out, text);
  say('run', `${(text.length / 1000).toFixed(0)} kB`);
  process.exit(0);
});
