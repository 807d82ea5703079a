import type { ComplianceItem } from '../../src/datasets/suites/suite.ts';
import { readGguf } from '../../src/graph/gguf/file.ts';
import { bytesSource } from '../../src/lib/bytes/source.ts';
import { ggufIdentity } from '../../src/model/gguf-identity.ts';
import type { Prompt } from '../../src/model/prompt.ts';
import { webgpuObstacle } from '../../src/model/runtime/device-facts.ts';
import { hashWhileRead } from '../../src/model/weights-hash.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import type { IdentifyIn } from '../../src/studies/identify/handler.ts';
import { question, texts } from '../prompts.ts';
import { caller } from './calls.ts';
import { type Answer, ask, type Engine, lanesAt, startEngine } from './engine.ts';
import type { PairHandlers } from './pair.worker.ts';
import type { RivalHandlers } from './rival.worker.ts';
import type { SweepHandlers } from './sweep.worker.ts';

const chat: Prompt = { kind: 'chat', system: '', turns: [{ role: 'user', content: question }] };
const raw = (text: string): Prompt => ({ kind: 'raw', text });

const absolute = (url: string) => new URL(url, document.baseURI).href;

const startPair = () =>
  caller<PairHandlers>(new Worker(new URL('./pair.worker.ts', import.meta.url), { type: 'module' }));
const startRival = () =>
  caller<RivalHandlers>(new Worker(new URL('./rival.worker.ts', import.meta.url), { type: 'module' }));

/** Tokens that all lanes gave; a lane that stopped early would make the others' steps cheaper. */
function wholeLength({ out }: Answer, maxTokens: number): void {
  const short = out.lanes.findIndex(({ ids }) => ids.length !== maxTokens);
  if (short >= 0)
    throw new Error(`lane ${short} ended after ${out.lanes[short]!.ids.length} of ${maxTokens} tokens`);
}

async function load(model: string) {
  const engine = await startEngine(absolute(model));
  const { loadMs: ms, model: loaded } = engine;
  const answer = await ask(engine, { prompt: chat, lanes: lanesAt(engine, 2), maxTokens: 40 });
  return { ms, fromCache: loaded.fromCache, threads: loaded.device.threads, answerMs: answer.ms };
}

/** Milliseconds that the model's identity takes: hashing its weights, which lie in memory, its tokenizer and its template. */
async function identity(model: string): Promise<number> {
  const bytes = new Uint8Array(await (await fetch(absolute(model))).arrayBuffer());
  const file = await readGguf(bytesSource(bytes, 'model.gguf'));
  const start = performance.now();
  const { finish } = await hashWhileRead(file);
  await ggufIdentity(file, await finish());
  return performance.now() - start;
}

async function overhead(input: {
  model: string;
  device: 'wasm' | 'webgpu';
  layers?: number;
  blocks: number;
  steps: number;
}) {
  const pair = startPair();
  const opened = await pair('open', { ...input, url: absolute(input.model) });
  const prompt = Array.from({ length: 32 }, (_, i) => 500 + 211 * i);
  return { ...opened, ...(await pair('compare', { ...input, prompt })) };
}

/** Milliseconds a step of one lane and of three, in turns; the first round is left out. */
async function threeLanes(engine: Engine, maxTokens: number) {
  const times = { one: [] as number[], three: [] as number[] };
  for (const [round, text] of texts.entries()) {
    const lanes = lanesAt(engine, 1.5);
    const order = [
      { times: times.one, lanes: lanes.slice(0, 1) },
      { times: times.three, lanes },
    ];
    if (round % 2 === 1) order.reverse();
    for (const side of order) {
      const answer = await ask(engine, { prompt: raw(text), lanes: side.lanes, maxTokens });
      wholeLength(answer, maxTokens);
      if (round > 0) side.times.push(answer.out.decodeMs / answer.out.steps);
    }
  }
  return times;
}

async function lanes({ model, maxTokens }: { model: string; maxTokens: number }) {
  return threeLanes(await startEngine(absolute(model)), maxTokens);
}

/** Tokens a second, prompt included, of the engine and of transformers.js in turns; the first round is left out. */
async function rivals(input: { model: string; rivals: string; name: string; maxTokens: number }) {
  const { name, maxTokens } = input;
  const engine = await startEngine(absolute(input.model));
  const { threads } = engine.model.device;
  const dense = startRival();
  const packed = startRival();
  const models = absolute(input.rivals);
  await dense('open', { models, name, dtype: 'fp32', threads });
  await packed('open', { models, name, dtype: 'q4', threads });
  const speeds = { engine: [] as number[], dense: [] as number[], packed: [] as number[] };
  let promptLength = 0;
  for (const [round, text] of texts.entries()) {
    const own = await ask(engine, {
      prompt: raw(text),
      lanes: lanesAt(engine, 1).slice(0, 1),
      maxTokens,
    });
    wholeLength(own, maxTokens);
    const { prompt } = own;
    promptLength = prompt.length;
    const f32 = await dense('generate', { prompt, maxTokens });
    const q4 = await packed('generate', { prompt, maxTokens });
    if (f32.ids.join() !== own.out.lanes[0]!.ids.join())
      throw new Error(`transformers.js chose other tokens than the engine behind "${text}"`);
    if (round === 0) continue;
    speeds.engine.push((1000 * maxTokens) / own.ms);
    speeds.dense.push((1000 * f32.ids.length) / f32.ms);
    speeds.packed.push((1000 * q4.ids.length) / q4.ms);
  }
  return { ...speeds, threads, promptLength };
}

/**
 * Time from a new factor to the first token of the steered lane, idle and while an answer streams, and the floor under
 * it in turns; the first round is left out.
 */
async function slider({ model, rounds }: { model: string; rounds: number }) {
  const url = absolute(model);
  const engine = await startEngine(url);
  const pair = startPair();
  await pair('open', { url, device: 'wasm' });
  const all = await ask(engine, { prompt: chat, lanes: lanesAt(engine, 1), maxTokens: 20 });
  const times = { idle: [] as number[], streaming: [] as number[], floor: [] as number[] };
  const moved = (factor: number) =>
    ask(engine, { prompt: chat, lanes: lanesAt(engine, factor).slice(1), maxTokens: 8 });
  for (let round = 0; round <= rounds; round++) {
    const factor = 1.1 + 0.05 * round;
    const idle = await moved(factor);
    let movedWhile: Promise<Answer> | undefined;
    let tokens = 0;
    await ask(engine, {
      prompt: chat,
      lanes: lanesAt(engine, factor),
      maxTokens: 20,
      onToken: () => {
        if (++tokens === 5) movedWhile = moved(factor + 0.02);
      },
    }).catch(() => undefined);
    const streaming = await movedWhile;
    const { prefillMs, stepMs } = await pair('floor', { prompt: all.prompt, rows: 2 });
    if (round === 0 || !streaming) continue;
    times.idle.push(idle.firstTokenMs);
    times.streaming.push(streaming.firstTokenMs);
    times.floor.push(prefillMs + stepMs);
  }
  return { ...times, promptLength: all.prompt.length };
}

type Start = NonNullable<IdentifyIn['start']>;

/** Milliseconds that the engine takes for a set's questions, kept in the browser's store, behind a set to warm up. */
async function identify(input: {
  model: string;
  settings: Start['settings'];
  warmUp: Start['set'];
  timed: Start['set'];
}) {
  const { client, model } = await startEngine(absolute(input.model));
  const { settings } = input;
  await client.call('identify', { run: 'warm-up', start: { set: input.warmUp, settings } });
  const start = performance.now();
  await client.call('identify', { run: 'timed', start: { set: input.timed, settings } });
  return { ms: performance.now() - start, threads: model.device.threads };
}

/** Milliseconds an item of a sweep, as it is run and one alpha at a time; the first item of each suite is left out. */
async function impact(input: {
  model: string;
  name: string;
  members: readonly NeuronRef[];
  controls: number;
  suites: readonly { readonly suite: string; readonly items: readonly ComplianceItem[] }[];
}) {
  const worker = new Worker(new URL('./sweep.worker.ts', import.meta.url), { type: 'module' });
  const sweep = caller<SweepHandlers>(worker);
  const opened = await sweep('open', { ...input, url: absolute(input.model) });
  const times = { batched: [] as number[], oneAtATime: [] as number[] };
  for (const suite of input.suites) {
    const found = await sweep('time', suite);
    times.batched.push(...found.batched.slice(1));
    times.oneAtATime.push(...found.oneAtATime.slice(1));
  }
  return { ...opened, ...times };
}

/** Whether WebGPU runs on a graphics card. */
const hasGraphicsCard = async () => (await webgpuObstacle()) === undefined;

const bench = { hasGraphicsCard, load, identity, overhead, lanes, rivals, slider, identify, impact };

declare global {
  interface Window {
    bench: typeof bench;
  }
}

window.bench = bench;
