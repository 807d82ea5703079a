import { z } from 'zod';
import { DEEPEST_JSON, fitsMemory, jsonDepth } from '../lib/bytes/json-text.ts';
import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';
import type { Estimate } from '../lib/stats/estimate.ts';
import { identitySchema } from './identity.ts';
import { checkNeuron, formatNeuron, neuronLayout } from './layout.ts';
import { type SetEffect, setEffectSchema } from './set-effects.ts';
import type { SetModel } from './set-model.ts';
import { estimateSchema, fromVersion1 } from './set-version-1.ts';
import type { NeuronRef } from './types.ts';

const format = 'h-neuron-set';
const version = 2;
/** Characters; 100,000 neurons take about 6 million. */
const sizeLimit = 16 * 2 ** 20;

/** A member of a set; the weight is the classifier's, for CETT as it stands. */
export interface SetNeuron extends NeuronRef {
  readonly weight?: number;
}

/** A number, or an estimate with its interval. */
export type Metric = number | Estimate;

/** What was measured of a detector on answers that the set was not found with. */
export interface MeasuredDetector {
  readonly auroc: Estimate;
  readonly accuracy?: Estimate;
  /** Where it stands for many draws. */
  readonly draws?: number;
}

/**
 * A neuron set as it is kept in a file. Either every neuron has a weight or none. With an intercept the weights are a
 * classifier; without one they rank the neurons and give no probability.
 */
export interface NeuronSet {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly name: string;
  readonly model: SetModel & { readonly layers: number };
  readonly neurons: readonly SetNeuron[];
  readonly intercept?: number;
  readonly feature: {
    /** How the CETT of an answer's tokens becomes one value. */
    readonly aggregation: 'mean' | 'max';
    /** Where a token's CETT is taken: at the position where it is read, or at the one before, which produced it. */
    readonly position: 'read' | 'produced';
  };
  readonly provenance: {
    /** Date and time, ISO 8601. */
    readonly created: string;
    readonly command: string;
    /** Which questions the set was found with. */
    readonly questions: string;
    /** Ids of the questions that the set was not found with and can be tested on. */
    readonly heldOut?: readonly string[];
    /** What these share with no question that the set was found with: the answer, or the relation ('answer' if absent). */
    readonly splitBy?: 'answer' | 'relation';
    readonly licence?: string;
    readonly notes?: string;
  };
  readonly metrics: Readonly<Record<string, Metric>>;
  /** How well the set and other detectors tell made-up answers from right ones, by the detectors' ids. */
  readonly detectors?: Readonly<Record<string, MeasuredDetector>>;
  /** What scaling the set was measured to do, a suite each; missing where it was not. */
  readonly effects?: readonly SetEffect[];
}

const text = z.string().max(10_000);
const index = z.int().nonnegative();

/** Numbers with spaces between them. */
const numbers = z
  .string()
  .regex(/^[\d.e+-]+( [\d.e+-]+)*$/)
  .max(100_000);

/** A signature as it stands in a file. */
export const signatureSchema = z.object({
  columnNorms: numbers,
  gains: numbers.optional(),
  hidden: z.int().positive(),
  error: z.number().min(0).max(10),
});

const neuronSetSchema: z.ZodType<NeuronSet> = z.object({
  format: z.literal(format),
  version: z.literal(version),
  name: z.string().trim().min(1).max(200),
  model: z.object({
    name: text,
    architecture: text,
    fingerprint: text,
    identity: identitySchema.optional(),
    signature: signatureSchema.optional(),
    layers: z.int().positive(),
    widths: z.array(z.int().positive()).min(1).max(10_000),
  }),
  neurons: z.array(z.object({ layer: index, neuron: index, weight: z.number().optional() })),
  intercept: z.number().optional(),
  feature: z.object({ aggregation: z.enum(['mean', 'max']), position: z.enum(['read', 'produced']) }),
  provenance: z.object({
    created: z.union(
      [z.iso.datetime({ offset: true }), z.iso.date()],
      'expected a date, for example 2025-01-31',
    ),
    command: text,
    questions: text,
    heldOut: z.array(text).max(100_000).optional(),
    splitBy: z.enum(['answer', 'relation']).optional(),
    licence: text.optional(),
    notes: text.optional(),
  }),
  metrics: z.record(
    z.string(),
    z.union([z.number(), estimateSchema], 'expected a number, or value, low and high'),
  ),
  detectors: z
    .record(
      z.string().regex(/^[a-z0-9-]{1,100}$/),
      z.object({
        auroc: estimateSchema,
        accuracy: estimateSchema.optional(),
        draws: z.int().nonnegative().optional(),
      }),
      {
        error: ({ code }) =>
          code === 'invalid_key' ? 'expected an id of small letters, digits and hyphens' : undefined,
      },
    )
    .optional(),
  effects: z.array(setEffectSchema).max(1000).optional(),
});

function refuse(sentence: string, cause?: unknown): never {
  throw new EngineError('bad-input', sentence, { cause });
}

/** JSON, without keys that would reach an object's prototype. */
function parseJson(source: string): unknown {
  if (jsonDepth(source) > DEEPEST_JSON)
    refuse(`The neuron set cannot be read: it is nested more than ${DEEPEST_JSON} levels deep.`);
  if (!fitsMemory(source, 0.5))
    refuse(
      'The neuron set cannot be read: it holds so many small values that it takes far more memory than its size.',
    );
  try {
    return JSON.parse(source, (key, value) => (key === '__proto__' ? undefined : value));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const position = /position (\d+)/.exec(message);
    const line = position ? ` in line ${source.slice(0, Number(position[1])).split('\n').length}` : '';
    return refuse(
      `The neuron set cannot be read: it is not valid JSON${line} (${shownName(message, 200)}).`,
      error,
    );
  }
}

function formatPath(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
}

function validate(data: unknown): NeuronSet {
  const result = neuronSetSchema.safeParse(data);
  if (!result.success) {
    const [issue] = result.error.issues;
    const reason = issue.message.replace(/^Invalid input: /, '').replace(/\.$/, '');
    return refuse(
      `The neuron set is not valid at "${shownName(formatPath(issue.path))}": ${shownName(reason, 200)}.`,
      result.error,
    );
  }
  const set = result.data;
  if (set.model.layers !== set.model.widths.length) {
    refuse(
      `The neuron set is not valid at "model.widths": it has ${set.model.widths.length} widths for ${set.model.layers} layers.`,
    );
  }
  const layout = neuronLayout(set.model.widths);
  const seen = new Map<string, number>();
  for (const [i, neuron] of set.neurons.entries()) {
    const name = formatNeuron(neuron);
    const at = `The neuron set is not valid at "neurons[${i}]":`;
    if (seen.has(name)) {
      refuse(`${at} neuron ${name} is there already, at neurons[${seen.get(name)}].`);
    }
    seen.set(name, i);
    try {
      checkNeuron(layout, neuron);
    } catch (error) {
      refuse(`${at} ${error instanceof Error ? error.message : String(error)}`, error);
    }
    if (neuron.weight === undefined && set.intercept !== undefined) {
      refuse(`${at} neuron ${name} has no weight, but the set has an intercept.`);
    }
    if ((neuron.weight === undefined) !== (set.neurons[0].weight === undefined)) {
      refuse(
        `${at} neuron ${name} has ${neuron.weight === undefined ? 'no weight, but others have one' : 'a weight, but others have none'}.`,
      );
    }
  }
  return set;
}

/**
 * Reads a neuron set from the text of its file, of version 1 as well. Keys that the format does not have are dropped.
 * @param source JSON, at most 16 MB
 * Whether it is for the model at hand `checkSetModel` says.
 * @throws EngineError 'bad-input' with one sentence that says what is wrong and where
 */
export function parseNeuronSet(source: string): NeuronSet {
  if (source.length > sizeLimit) {
    refuse(`The neuron set is over the limit of 16 MB (${(source.length / 2 ** 20).toFixed(1)} MB).`);
  }
  const data = parseJson(source.replace(/^\uFEFF/, ''));
  const head = z.object({ format: z.literal(format), version: z.unknown() }).safeParse(data);
  if (!head.success) {
    return refuse(`This file is not a neuron set: its "format" is not "${format}".`);
  }
  const found = head.data.version;
  if (typeof found === 'number' && found > version) {
    return refuse(
      `The neuron set has version ${found}, which is newer than this program reads (${version}); update the program.`,
    );
  }
  return validate(fromVersion1(data));
}

/** The text of a neuron set's file. Throws EngineError 'bad-input' where `parseNeuronSet` would refuse it. */
export function formatNeuronSet(set: NeuronSet): string {
  return `${JSON.stringify(validate(set), null, 2)}\n`;
}
