import { z } from 'zod';
import { shortIdentity, shortIdentitySchema } from '../../src/neurons/identity.ts';
import { parseNeuronSet } from '../../src/neurons/set-file.ts';
import { isSame } from './differences.ts';
import { hubSchema } from './hub-name.ts';
import { promptOf } from './prompt.ts';
import { firstPrompt, type PromptState } from './slices/prompt.ts';
import { firstSteering, type SteeredGroup, type SteeringState } from './slices/steering.ts';
import { firstView, type ViewState } from './slices/view.ts';
import type { Stores } from './stores.ts';

/** One part of the page's state as links and run files carry it: checked when read, taken from and put into the stores. */
interface Property<T> {
  readonly schema: z.ZodType<T>;
  /** What links leave out, since every page starts with it. */
  readonly first?: object;
  get(stores: Stores): T | undefined;
  set(stores: Stores, value: T): void;
}

function property<T>(
  schema: z.ZodType<T>,
  get: (stores: Stores) => T | undefined,
  set: (stores: Stores, value: T) => void,
  first?: object,
): Property<T> {
  return { schema, get, set, ...(first && { first }) };
}

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

export const samplingSchema = z.object({
  temperature: z.number().min(0).max(10),
  topK: z.int().min(0).max(1_000_000),
  topP: z.number().min(0).max(1),
  repetitionPenalty: z.number().min(0.1).max(10),
  seed,
});

export const turnSchema = z.object({ role: z.enum(['user', 'assistant']), content: text });

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

/** The ids of questions held out are most of a set's text, and nothing on the page needs them. */
function withoutHeldOut(steering: SteeringState): SteeringState {
  const groups = steering.groups.map((group) => {
    if (!group.set) return group;
    const { heldOut: _, ...provenance } = group.set.provenance;
    return { ...group, set: { ...group.set, provenance } };
  });
  return { ...steering, groups };
}

const setSchema = z.unknown().transform((set, context) => {
  try {
    return parseNeuronSet(JSON.stringify(set));
  } catch (error) {
    context.addIssue(error instanceof Error ? error.message : String(error));
    return z.NEVER;
  }
});

const groupSchema: z.ZodType<SteeredGroup> = z.object({
  id: z.string().regex(/^g\d{1,9}$/),
  name: z.string().min(1).max(200),
  kind: z.enum(['active', 'set', 'custom']),
  members: z.array(neuron.extend({ weight: z.number().optional() })).max(100_000),
  set: setSchema.optional(),
  factor,
  on: z.boolean(),
});

const viewShape: { readonly [K in keyof Required<ViewState>]: z.ZodType<ViewState[K]> } = {
  layout: z.enum(['columns', 'text']),
  prompt: z.boolean(),
  spaces: z.boolean(),
  colour: z.enum(['none', 'trained', 'divergence', 'score', 'logprob', 'entropy', 'neuron']),
  order: z.enum(['given', 'layer', 'weight', 'value']),
  allNeurons: z.boolean(),
  quantity: z.enum(['cett', 'difference', 'factor']),
  mapView: stretch,
  profile: z.enum(['token', 'tokens']),
};

/** What of the page's state is worth keeping: the one list that links and run files are made by. */
const properties = {
  model: property(
    z.object({
      name: text,
      fingerprint: z.string().max(200),
      /** As `shortIdentity` gives it; left out of links that were made before there were identities. */
      identity: shortIdentitySchema.optional(),
      hub: hubSchema.optional(),
    }),
    ({ model }) => {
      const { model: now, last } = model.getState();
      if (!now) return undefined;
      const { name, fingerprint, identity } = now;
      const known = identity ? { identity: shortIdentity(identity) } : {};
      const source = last?.model.fingerprint === fingerprint ? last.source : undefined;
      if (source?.kind !== 'hub') return { name, fingerprint, ...known };
      const { repository, revision, precision, file } = source;
      return { name, fingerprint, ...known, hub: { repository, revision, precision, file } };
    },
    () => {},
  ),
  prompt: property<PromptState>(
    z.object({
      mode: z.enum(['chat', 'raw']),
      readControls: z.boolean().optional(),
      system: text,
      turns: z.array(turnSchema).max(1000),
      question: text,
      sampling: samplingSchema,
      maxTokens: z.int().min(1).max(4096),
    }),
    ({ prompt }) => {
      const { readControls, ...others } = prompt.getState();
      return { ...others, ...(readControls ? { readControls } : {}) };
    },
    ({ prompt }, value) => prompt.setState({ readControls: undefined, ...value }),
    firstPrompt,
  ),
  asked: property(
    askedSchema,
    ({ run, prompt, model }) => {
      const { asked, wanted = asked } = run.getState();
      const { model: loaded } = model.getState();
      if (!wanted || !loaded) return wanted;
      const { sampling, maxTokens } = prompt.getState();
      const typed = { prompt: promptOf(prompt.getState(), loaded), sampling, maxTokens, answerStart: [] };
      return isSame(wanted, typed) ? undefined : wanted;
    },
    ({ run }, wanted) => run.setState({ wanted }),
  ),
  steering: property(
    z.object({
      madeFor: z.string().max(200),
      groups: z.array(groupSchema).max(1000),
      scope: z.enum(['everywhere', 'answer']),
      own: z.record(key, factor),
      muted: z.array(key).max(100_000),
      solo: key.optional(),
      controlSeed: seed,
    }),
    ({ steering }) => withoutHeldOut(steering.getState()),
    ({ steering }, value) => steering.setState(value, true),
    firstSteering,
  ),
  pin: property(
    z.object({ lane: z.literal([0, 1, 2]), position: index }),
    ({ selection }) => selection.getState().pin,
    ({ selection }, pin) => selection.setState({ pin }),
  ),
  card: property(
    neuron,
    ({ selection }) => selection.getState().card,
    ({ selection }, card) => selection.setState({ card }),
  ),
  view: property(
    z.object(viewShape).partial(),
    ({ view }) => view.getState(),
    ({ view }, value) => view.setState(value),
    firstView,
  ),
};

type Properties = typeof properties;

/** What every page starts with, by property: links leave it out. */
export const firstValues: Readonly<Record<string, object | undefined>> = Object.fromEntries(
  Object.entries(properties).map(([name, each]) => [name, each.first]),
);

type PropertyName = keyof Properties;

/** The page's state as data. What is missing stays as it is. */
export type PageState = { readonly [K in PropertyName]?: z.output<Properties[K]['schema']> };

const names = Object.keys(properties) as PropertyName[];

/** Checks a page's state; keys that it does not have are dropped. */
export const pageStateSchema = z.object(
  Object.fromEntries(names.map((name) => [name, properties[name].schema.optional()])) as {
    [K in PropertyName]: z.ZodOptional<Properties[K]['schema']>;
  },
);

/** The page's state now. @param instead parts that are not to be taken from the stores */
export function readPageState(stores: Stores, instead: PageState = {}): PageState {
  const now = Object.fromEntries(names.map((name) => [name, properties[name].get(stores)]));
  const { steering } = instead;
  return pageStateSchema.parse({
    ...now,
    ...instead,
    ...(steering && { steering: withoutHeldOut(steering) }),
  });
}

/** Fills the stores; nothing runs by that. `leave` names what is not wanted. */
export function writePageState(stores: Stores, state: PageState, leave: readonly PropertyName[] = []): void {
  const write = <K extends PropertyName>(name: K) => {
    const value = state[name];
    if (value !== undefined) (properties[name] as Property<unknown>).set(stores, value);
  };
  for (const name of names) if (!leave.includes(name)) write(name);
}

/** JSON without keys that would reach an object's prototype. */
export function parseJson(source: string): unknown {
  return JSON.parse(source, (name, value) => (name === '__proto__' ? undefined : value));
}
