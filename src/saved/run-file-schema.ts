import { z } from 'zod';
import { identitySchema } from '../neurons/identity.ts';
import { signatureSchema } from '../neurons/set-file.ts';
import { askedSchema, pageStateSchema } from './page-state.ts';

export const format = 'h-neurons-run';
export const version = 1;
/** Bytes of a file; a run of 500 tokens in three lanes takes about 5 MB. */
export const largestFile = 32 * 2 ** 20;

const mostNeurons = 20_000_000;

const text = z.string().max(100_000);
const count = z.int().min(0).max(10_000_000);
const finite = z.number();
const packed = z.base64().max(largestFile);
const id = count;

const breakdownSchema = z.union([
  z.object({ kind: z.literal('loop'), start: count, period: count, repeats: count }),
  z.object({ kind: z.literal('one-token'), id, share: finite }),
  z.object({ kind: z.literal('unreadable'), share: finite }),
]);

const finishSchema = z.enum(['stop', 'length', 'context', 'cancelled']);

const attributionSchema = z.array(z.object({ id, text, logit: finite })).max(1000);

export const factsSchema = z.object({
  columnNorm: finite,
  normRank: count,
  neurons: count,
  meanCett: finite,
  attribution: z.object({ promotes: attributionSchema, suppresses: attributionSchema }).optional(),
});

const doseAnswer = {
  text,
  differs: z.boolean(),
  divergence: finite.optional(),
  breakdown: breakdownSchema.optional(),
};

export const doseSchema = z.object({
  status: z.enum(['none', 'waiting', 'running', 'done', 'failed']),
  points: z
    .array(
      z.object({
        factor: finite,
        ...doseAnswer,
        control: z.object(doseAnswer).optional(),
      }),
    )
    .max(16),
  error: text.optional(),
});

const modelSchema = z.object({
  name: text,
  architecture: text,
  fingerprint: text,
  identity: identitySchema.optional(),
  signature: signatureSchema.optional(),
  widths: z
    .array(z.int().min(1).max(1_000_000))
    .min(1)
    .max(1000)
    .refine((widths) => widths.reduce((sum, width) => sum + width, 0) <= mostNeurons, {
      message: 'the model has more neurons than this page can hold',
    }),
  contextLength: count,
  hasChatTemplate: z.boolean(),
  device: z.object({ kind: z.enum(['wasm', 'webgpu', 'native']), threads: count, why: text }),
  precision: text,
});

const labelSchema = z.tuple([id, text, z.array(z.int().min(0).max(255)).max(256).optional()]);

const tokenSchema = z.object({
  token: labelSchema,
  logprob: finite,
  entropy: finite,
  divergence: finite.optional(),
  referenceLogprob: finite.optional(),
  top: z.array(z.tuple([id, text, finite])).max(100),
});

/** Checks a run's file as it stands in JSON. */
export const fileSchema = z.object({
  format: z.literal(format),
  version: z.literal(version),
  created: z.iso.datetime({ offset: true }),
  model: modelSchema,
  state: pageStateSchema,
  asked: askedSchema,
  notice: text,
  prompt: z.array(labelSchema).min(1).max(100_000),
  bins: z.int().min(1).max(256),
  watched: z.array(z.tuple([count, count])).max(10_000),
  control: z.object({ key: text, members: z.array(z.tuple([count, count])).max(10_000) }),
  lanes: z
    .array(
      z.object({
        finish: finishSchema.optional(),
        breakdown: breakdownSchema.optional(),
        tokens: z.array(tokenSchema).max(100_000),
        /** Frame of each position, -1 for none. */
        positions: z.array(z.int().min(-1).max(1_000_000)).max(200_000),
      }),
    )
    .length(3),
  /** Raw DEFLATE in base64. Overview in 8 bits of each frame's own maximum; the others in half precision. */
  frames: z.object({
    count,
    /** Highest level of the overview; the one above is not a number. */
    highest: z.int().min(1).max(254),
    maxima: packed,
    overview: packed,
    profile: packed,
    watched: packed,
  }),
  dose: doseSchema.optional(),
  neurons: z.record(z.string().regex(/^\d{1,9}:\d{1,9}$/), factsSchema),
});

export type RunFile = z.output<typeof fileSchema>;
