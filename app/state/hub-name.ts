import { z } from 'zod';
import { EngineError } from '../../src/errors.ts';
import type { HubSource, OnnxPrecision } from '../../src/protocol/messages.ts';

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

export type HubName = Pick<HubSource, 'repository' | 'revision' | 'precision' | 'file'>;

/** Address of a page of the Hub, or of a mirror: what follows the host. */
function pathOf(text: string): string {
  return text.replace(/^https?:\/\/[^/]+\//, '').replace(/^(huggingface\.co|hf\.co)\//, '');
}

/**
 * What a person wrote for a repository: "owner/name", with "@revision" behind it, or the address of the repository, of one of
 * its revisions or of a file in it.
 * @throws EngineError `bad-input` with a sentence that says how to write it
 */
export function parseHubName(text: string): HubName {
  const path = pathOf(text.trim())
    .replace(/[?#].*$/, '')
    .replace(/\/+$/, '');
  const [, name, at] = /^([^@]+)(?:@(.+))?$/.exec(path) ?? [];
  const [owner, own, kind, ref, ...rest] = (name ?? '').split('/');
  const hasFile = kind === 'blob' || kind === 'resolve';
  const hasRevision = hasFile || kind === 'tree';
  const found = hubSchema.safeParse({
    repository: `${owner}/${own ?? ''}`,
    revision: (hasRevision ? ref : at) || undefined,
    file: hasFile && rest.length > 0 ? decodeURIComponent(rest.join('/')) : undefined,
  });
  if (found.success && (kind === undefined || hasRevision)) return found.data;
  throw new EngineError(
    'bad-input',
    'Write a repository as owner/name, for example onnx-community/Qwen3-0.6B-ONNX, or paste its address on huggingface.co.',
  );
}
