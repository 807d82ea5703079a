import { EngineError } from '../../../src/lib/errors.ts';
import type { HubSource } from '../../../src/model/source.ts';
import { hubSchema } from '../../../src/saved/hub-place.ts';

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
