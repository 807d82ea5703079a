import { z } from 'zod';
import { formatNeuron } from '../../../src/neurons/layout.ts';
import { neutral } from '../../../src/steering/steering.ts';
import type { SteeringState } from '../../../src/steering/types.ts';
import { later } from '../../ui/later.ts';
import { siteText } from '../../ui/site-text.ts';
import { groupRange } from './slices/steering.ts';

const text = z.string().min(1).max(2000);
const answer = z.object({
  factor: z.number(),
  text: z.string(),
  /** 0-based index of the first token that is not the unsteered answer's; absent where all are the same. */
  firstDifference: z.int().nonnegative().optional(),
  /** How the answer is broken, as `looksBroken` names it. */
  broken: z.enum(['loop', 'one-token', 'unreadable']).optional(),
});

const effectSchema = z.object({
  unsteered: answer.omit({ factor: true, firstDifference: true }),
  steered: z.array(answer),
  control: z.array(answer),
});

const exampleSchema = z.object({
  id: z.string().regex(/^[a-z0-9-]+$/),
  kind: z.string(),
  system: text.optional(),
  turns: z.array(z.object({ role: z.enum(['user', 'assistant']), content: text })).optional(),
  question: text,
  /** Factor of the set's neurons at which what the note speaks of is seen. */
  scale: z.number().min(groupRange.min).max(groupRange.max),
  /** What to look for, in a sentence. */
  note: text.optional(),
  /** Absent until it is measured. */
  effect: effectSchema.optional(),
});

export const gallerySchema = z.object({
  format: z.literal('h-neuron-gallery'),
  version: z.literal(1),
  source: text,
  licence: text,
  /** How the effects were measured. */
  measured: z
    .object({
      model: text,
      fingerprint: text,
      runtime: text,
      /** Name of the neuron set. */
      set: text,
      neurons: z.array(z.string()),
      control: z.array(z.string()),
      factors: z.array(z.number()),
      maxTokens: z.int(),
      seed: z.int(),
      controlSeed: z.int(),
    })
    .optional(),
  kinds: z.array(z.object({ id: z.string(), title: text, about: text })),
  examples: z.array(exampleSchema),
});

export type GalleryFile = z.infer<typeof gallerySchema>;
export type Example = GalleryFile['examples'][number];
export type Effect = NonNullable<Example['effect']>;

type Lanes = Effect['steered'];

/** "another answer at × 0, × 2", for what these lanes did besides factor 1; empty where there is none. */
function at(lanes: Lanes, what: string): string[] {
  return lanes.length === 0 ? [] : [`${what} at ${lanes.map(({ factor }) => `×\u00a0${factor}`).join(', ')}`];
}

/** What was seen on the default model, in a few words. */
export function describeEffect({ steered, control }: Effect): string {
  const away = (lanes: Lanes) => lanes.filter(({ factor }) => factor !== 1);
  const same = away(steered).filter(({ firstDifference }) => firstDifference === undefined);
  const other = away(steered).filter(({ firstDifference }) => firstDifference !== undefined);
  const random = away(control).filter(({ firstDifference }) => firstDifference !== undefined);
  const seen = [
    ...at(same, 'the same answer'),
    ...at(
      other.filter(({ broken }) => !broken),
      'another',
    ),
    ...at(
      other.filter(({ broken }) => broken),
      'broken',
    ),
  ];
  const besides =
    at(random, 'the random control changes it').join('') || 'the random control changes nothing';
  const sentence = `${seen.join(', ')}; ${besides}.`;
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}

/**
 * The steering that an example speaks of: the measured set at its scale, everything else as trained, scaled everywhere,
 * beside the measured random neurons. Undefined where the set is not among the groups.
 */
export function steeringOf(
  { scale }: Pick<Example, 'scale'>,
  measured: GalleryFile['measured'],
  now: SteeringState,
): SteeringState | undefined {
  const key = measured?.neurons.join();
  const own = now.groups.find(({ members }) => members.map(formatNeuron).join() === key);
  if (!measured || !own) return undefined;
  const others = neutral(now).groups.filter(({ id }) => id !== own.id);
  return {
    ...neutral(now),
    // The first group has the main slider.
    groups: [{ ...own, factor: scale, on: true }, ...others],
    scope: 'everywhere',
    controlSeed: measured.controlSeed,
  };
}

/** The gallery beside the page. Throws where the file is missing or damaged. */
export const loadGallery: () => Promise<GalleryFile> = later(async () => {
  const text = await siteText('prompts/gallery.json');
  if (text === undefined) throw new Error('the gallery cannot be had');
  return gallerySchema.parse(JSON.parse(text));
});
