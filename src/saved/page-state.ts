import { z } from 'zod';
import { shortIdentitySchema } from '../neurons/identity.ts';
import { type NeuronSet, parseNeuronSet } from '../neurons/set-file.ts';
import { hubSchema } from './hub-place.ts';

const text = z.string().max(100_000);
const index = z.int().min(0).max(10_000_000);
const factor = z.number().min(-10).max(10);
const key = z.string().regex(/^\d{1,9}:\d{1,9}$/);
const neuron = z.object({ layer: index, neuron: index });
const extent = z.number().min(0).max(10_000_000);
const stretch = z.object({ left: extent, width: extent, top: extent, height: extent });
const seed = z
  .int()
  .min(0)
  .max(2 ** 32 - 1);

const samplingSchema = z.object({
  temperature: z.number().min(0).max(10),
  topK: z.int().min(0).max(1_000_000),
  topP: z.number().min(0).max(1),
  repetitionPenalty: z.number().min(0.1).max(10),
  seed,
});

const turnSchema = z.object({ role: z.enum(['user', 'assistant']), content: text });

/** What the lanes answer, where the fields say something else: a follow-up is being typed, or answers start with given tokens. */
export const askedSchema = z.object({
  prompt: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('chat'), system: text, turns: z.array(turnSchema).max(1000) }),
    z.object({ kind: z.literal('raw'), text, readControls: z.boolean().optional() }),
    z.object({ kind: z.literal('ids'), ids: z.array(index).max(100_000) }),
  ]),
  sampling: samplingSchema,
  maxTokens: z.int().min(1).max(100_000),
  answerStart: z.array(index).max(100_000),
});

const setSchema = z.unknown().transform((set, context) => {
  try {
    return parseNeuronSet(JSON.stringify(set));
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
});

const groupSchema = z.object({
  id: z.string().regex(/^g\d{1,9}$/),
  name: z.string().min(1).max(200),
  kind: z.enum(['active', 'set', 'custom']),
  members: z.array(neuron.extend({ weight: z.number().optional() })).max(100_000),
  set: setSchema.optional(),
  factor,
  on: z.boolean(),
});

const viewSchema = z.object({
  layout: z.enum(['columns', 'text']),
  prompt: z.boolean(),
  spaces: z.boolean(),
  colour: z.enum(['none', 'trained', 'divergence', 'score', 'logprob', 'entropy', 'neuron']),
  order: z.enum(['given', 'layer', 'weight', 'value']),
  allNeurons: z.boolean(),
  quantity: z.enum(['cett', 'difference', 'factor']),
  mapView: stretch,
  profile: z.enum(['token', 'tokens']),
});

/** The parts of the page's state that links and run files carry. */
const stateSchemas = {
  model: z.object({
    name: text,
    fingerprint: z.string().max(200),
    /** As `shortIdentity` gives it; left out of links that were made before there were identities. */
    identity: shortIdentitySchema.optional(),
    hub: hubSchema.optional(),
  }),
  prompt: z.object({
    mode: z.enum(['chat', 'raw']),
    readControls: z.boolean().optional(),
    system: text,
    turns: z.array(turnSchema).max(1000),
    question: text,
    sampling: samplingSchema,
    maxTokens: z.int().min(1).max(4096),
  }),
  asked: askedSchema,
  steering: z.object({
    madeFor: z.string().max(200),
    groups: z.array(groupSchema).max(1000),
    scope: z.enum(['everywhere', 'answer']),
    own: z.record(key, factor),
    muted: z.array(key).max(100_000),
    solo: key.optional(),
    controlSeed: seed,
  }),
  pin: z.object({ lane: z.literal([0, 1, 2]), position: index }),
  card: neuron,
  view: viewSchema.partial(),
};

/** Values that are read and not changed, however deep; a neuron set is that already. */
export type Frozen<T> = T extends NeuronSet
  ? NeuronSet
  : T extends readonly (infer Item)[]
    ? readonly Frozen<Item>[]
    : T extends object
      ? { readonly [K in keyof T]: Frozen<T[K]> }
      : T;

/** What was asked, as links and run files carry it. */
export type AskedState = Frozen<z.output<typeof askedSchema>>;

/** The page's state as data. What is missing stays as it is. */
export type PageState = {
  readonly [K in keyof typeof stateSchemas]?: Frozen<z.output<(typeof stateSchemas)[K]>>;
};

/** Checks a page's state; keys that it does not have are dropped. */
export const pageStateSchema: z.ZodType<PageState> = z.object(stateSchemas).partial();

/** JSON without keys that would reach an object's prototype. */
export function parseJson(source: string): unknown {
  return JSON.parse(source, (name, value) => (name === '__proto__' ? undefined : value));
}
