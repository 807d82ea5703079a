import { z } from 'zod';
import type { OnnxPrecision } from '../model/source.ts';

/** Precisions by the suffix of an export's files, finest first. */
export const precisions = [
  'fp32',
  'fp16',
  'q8',
  'int8',
  'uint8',
  'q4',
  'q4f16',
  'bnb4',
] as const satisfies readonly OnnxPrecision[];

const part = '[A-Za-z0-9][\\w.-]{0,95}';
const repository = new RegExp(`^${part}/${part}$`);
const revision = /^[\w./-]{1,100}$/;
const file = /^[\w ./+-]{1,200}\.(gguf|onnx)$/;

/** Whether a path or revision stays inside its repository. */
const inside = (path: string) =>
  !path.split('/').some((each) => each === '..' || each === '.' || each === '');

/** Where a model is on the Hub, as links carry it. */
export const hubSchema = z.object({
  repository: z.string().regex(repository),
  revision: z.string().regex(revision).refine(inside).optional(),
  precision: z.enum(precisions).optional(),
  file: z.string().regex(file).refine(inside).optional(),
});
