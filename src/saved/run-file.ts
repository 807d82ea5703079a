import { z } from 'zod';
import type { TokenEvent, TokenLabel } from '../engine/answer-events.ts';
import type { LoadedModel } from '../engine/model-info.ts';
import type { NeuronFacts } from '../engine/neuron-facts.ts';
import type { Breakdown } from '../inference/loops.ts';
import type { FinishReason } from '../inference/types.ts';
import { floatToHalf, halfToFloat } from '../lib/bytes/half.ts';
import { fitsMemory } from '../lib/bytes/json-text.ts';
import { deflate, fromBase64, inflate, toBase64 } from '../lib/bytes/pack.ts';
import { readBlob } from '../lib/bytes/source.ts';
import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';
import { neuronLayout } from '../neurons/layout.ts';
import type { NeuronRef } from '../neurons/types.ts';
import { dequantise, type Frame, finiteMaximum, poolFrames, quantise } from './frames.ts';
import { type AskedState, askedSchema, type Frozen, type PageState, parseJson } from './page-state.ts';
import {
  doseSchema,
  factsSchema,
  fileSchema,
  format,
  largestFile,
  type RunFile,
  version,
} from './run-file-schema.ts';

/** Bytes that the values in a file may unfold to in memory, beside 20 times the file. */
const leastForValues = 64 * 2 ** 20;

/** Sizes that every position of a run shares. */
interface RunShape {
  readonly layers: number;
  readonly bins: number;
  readonly watched: readonly NeuronRef[];
}

/** One lane of a recorded run; arrays of frames are indexed by position in prompt plus answer. */
interface RecordedLane {
  readonly finish?: FinishReason;
  readonly breakdown?: Breakdown;
  readonly tokens: readonly TokenEvent[];
  readonly frames: readonly (Frame | undefined)[];
}

/** A run as it is kept: everything that the page shows of it. */
export interface RecordedRun {
  /** When it was recorded, ISO 8601. */
  readonly created: string;
  /** As it was loaded, without the mean of every neuron. */
  readonly model: LoadedModel;
  readonly state: PageState;
  readonly asked: AskedState;
  readonly notice: string;
  readonly prompt: readonly TokenLabel[];
  readonly shape: RunShape;
  readonly lanes: readonly RecordedLane[];
  /** The random control, and the key of the draw that it belongs to. */
  readonly control: { readonly key: string; readonly members: readonly NeuronRef[] };
  readonly dose?: Frozen<z.output<typeof doseSchema>>;
  /** What is known of single neurons, by "layer:neuron". */
  readonly neurons: Readonly<Record<string, NeuronFacts>>;
}

function bytesOf(array: Uint8Array | Uint16Array | Float32Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(new Uint8Array(array.buffer, array.byteOffset, array.byteLength));
}

async function pack(array: Uint8Array | Uint16Array | Float32Array): Promise<string> {
  return toBase64(await deflate(bytesOf(array)));
}

function joined(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function joinedBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * The text of a run's file.
 * @param highest highest of the levels that the overview is told in, at most 254
 */
export async function formatRun(run: RecordedRun, highest = 254): Promise<string> {
  const { model, shape } = run;
  const { frames, positions } = poolFrames(run.lanes.map((lane) => lane.frames));
  const maxima = frames.map(({ overview }) => Math.fround(finiteMaximum(overview)));
  const overview = frames.map((frame, i) => quantise(frame.overview, maxima[i]!, highest));
  const half = (kind: 'profile' | 'watched') => pack(floatToHalf(joined(frames.map((frame) => frame[kind]))));
  const file: RunFile = {
    format,
    version,
    created: run.created,
    model: {
      name: model.name,
      architecture: model.architecture,
      fingerprint: model.fingerprint,
      ...(model.identity && { identity: model.identity }),
      ...(model.signature && { signature: model.signature }),
      widths: [...model.layout.widths],
      contextLength: model.contextLength,
      hasChatTemplate: model.hasChatTemplate,
      device: model.device,
      precision: model.precision,
    },
    state: run.state,
    asked: askedSchema.parse(run.asked),
    notice: run.notice,
    prompt: run.prompt.map(packLabel),
    bins: shape.bins,
    watched: shape.watched.map(({ layer, neuron }) => [layer, neuron]),
    control: {
      key: run.control.key,
      members: run.control.members.map(({ layer, neuron }) => [layer, neuron]),
    },
    lanes: run.lanes.map(({ finish, breakdown, tokens }, lane) => ({
      finish,
      breakdown,
      tokens: tokens.map(({ token, logprob, entropy, divergence, referenceLogprob, top }) => ({
        token: packLabel(token),
        logprob: short(logprob),
        entropy: short(entropy),
        divergence: divergence === undefined ? undefined : short(divergence),
        referenceLogprob: referenceLogprob === undefined ? undefined : short(referenceLogprob),
        top: top.map((candidate) => [candidate.id, candidate.text, short(candidate.logprob)]),
      })),
      positions: [...positions[lane]!],
    })),
    frames: {
      count: frames.length,
      highest,
      maxima: await pack(Float32Array.from(maxima)),
      overview: await pack(joinedBytes(overview)),
      profile: await half('profile'),
      watched: await half('watched'),
    },
    dose: run.dose && doseSchema.parse(run.dose),
    neurons: Object.fromEntries(
      Object.entries(run.neurons).map(([key, facts]) => [key, factsSchema.parse(facts)]),
    ),
  };
  return JSON.stringify(file);
}

function short(value: number): number {
  return Number(value.toPrecision(6));
}

function refuse(sentence: string, cause?: unknown): never {
  throw new EngineError('bad-input', sentence, { cause });
}

function parsed(source: string): RunFile {
  if (source.length > largestFile) {
    refuse(
      `The run's file has ${(source.length / 2 ** 20).toFixed(0)} MB, over the limit of ${largestFile / 2 ** 20} MB.`,
    );
  }
  if (!fitsMemory(source, 0.75))
    return refuse(
      'The file is not a saved run: it holds so many small values that it takes far more memory than its size.',
    );
  let data: unknown;
  try {
    data = parseJson(source.replace(/^\uFEFF/, ''));
  } catch (error) {
    return refuse('The file is not a saved run: it is not valid JSON.', error);
  }
  const head = z.object({ format: z.literal(format), version: z.int() }).safeParse(data);
  if (!head.success) return refuse(`The file is not a saved run: its "format" is not "${format}".`);
  if (head.data.version > version)
    return refuse('The run was saved by a newer version of this page; reload the page to get it.');
  const result = fileSchema.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return refuse(
    `The saved run is not valid at "${shownName(issue?.path.join('.') ?? '')}": ${shownName(issue?.message ?? '', 200)}.`,
    result.error,
  );
}

/** Unpacks exactly `length` bytes. */
async function unpack(source: string, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await inflate(fromBase64(source), length).catch((error: unknown) =>
    refuse('The saved run is damaged: its values cannot be unpacked.', error),
  );
  return bytes.length === length ? bytes : refuse('The saved run is damaged: values are missing.');
}

/** @param size characters of the file */
async function framesOf(file: RunFile, size: number): Promise<Frame[]> {
  const { frames, bins } = file;
  const layers = file.model.widths.length;
  const cells = layers * bins;
  const watched = file.watched.length;
  if (4 * frames.count * (cells + layers + watched) > leastForValues + 20 * size)
    return refuse('The saved run has far more values than its file can hold; save it again.');
  const maxima = new Float32Array((await unpack(frames.maxima, 4 * frames.count)).buffer);
  const overview = await unpack(frames.overview, frames.count * cells);
  const profile = new Uint16Array((await unpack(frames.profile, 2 * frames.count * layers)).buffer);
  const values = new Uint16Array((await unpack(frames.watched, 2 * frames.count * watched)).buffer);
  return Array.from({ length: frames.count }, (_, i) => ({
    overview: dequantise(overview.subarray(i * cells, (i + 1) * cells), maxima[i]!, frames.highest),
    profile: halfToFloat(profile.subarray(i * layers, (i + 1) * layers)),
    watched: halfToFloat(values.subarray(i * watched, (i + 1) * watched)),
  }));
}

/** Compared predictions; pages of before compared also those behind the first token that differs, which say nothing. */
function comparable(lanes: RunFile['lanes'], lane: number, index: number): boolean {
  const [reference, own] = [lanes[0]!, lanes[lane]!];
  return own.tokens.slice(0, index).every(({ token }, i) => token[0] === reference.tokens[i]?.token[0]);
}

function refs(pairs: readonly (readonly [number, number])[]): NeuronRef[] {
  return pairs.map(([layer, neuron]) => ({ layer, neuron }));
}

function modelOf({ model }: RunFile, watched: RunShape['watched']): LoadedModel {
  const { widths, ...rest } = model;
  const layout = neuronLayout(widths);
  return {
    ...rest,
    layout,
    fromCache: false,
    meanCett: new Float32Array(0),
    mostActive: watched,
  };
}

type PackedLabel = RunFile['prompt'][number];

function packLabel({ id, text, bytes }: TokenLabel): PackedLabel {
  return bytes ? [id, text, [...bytes]] : [id, text];
}

function unpackLabel([id, text, bytes]: PackedLabel): TokenLabel {
  return bytes ? { id, text, bytes } : { id, text };
}

/**
 * Reads the text of a run's file.
 * @throws EngineError `bad-input` with one sentence that says what is wrong
 */
export async function parseRun(source: string): Promise<RecordedRun> {
  const file = parsed(source);
  const watched = refs(file.watched);
  const control = { key: file.control.key, members: refs(file.control.members) };
  const model = modelOf(file, watched);
  const outside = [...watched, ...control.members].find(
    ({ layer, neuron }) => neuron >= (model.layout.widths[layer] ?? 0),
  );
  if (outside)
    return refuse(
      `The saved run names neuron ${outside.layer}:${outside.neuron}, which its model does not have.`,
    );
  const frames = await framesOf(file, source.length);
  return {
    created: file.created,
    model,
    state: file.state,
    asked: file.asked,
    notice: file.notice,
    prompt: file.prompt.map(unpackLabel),
    shape: { layers: model.layout.widths.length, bins: file.bins, watched },
    lanes: file.lanes.map(({ finish, breakdown, tokens, positions }, lane) => ({
      finish,
      breakdown,
      tokens: tokens.map(({ token, top, divergence, ...rest }, index) => ({
        ...rest,
        ...(divergence !== undefined && comparable(file.lanes, lane, index) && { divergence }),
        type: 'token',
        lane,
        index,
        token: unpackLabel(token),
        top: top.map(([id, text, logprob]) => ({ id, text, logprob })),
      })),
      frames: positions.map((i) => frames[i]),
    })),
    control,
    dose: file.dose,
    neurons: file.neurons,
  };
}

/**
 * Reads the file of a run.
 * @throws EngineError `bad-input` as `parseRun`; `load-failed` where the file has gone
 */
export async function readRunFile(file: File): Promise<RecordedRun> {
  if (file.size > largestFile)
    refuse(
      `${shownName(file.name)} has ${Math.ceil(file.size / 2 ** 20)} MB; a run may have ${largestFile / 2 ** 20} MB.`,
    );
  return parseRun(new TextDecoder().decode(await readBlob(file, file.name)));
}
