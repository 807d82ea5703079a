import { z } from 'zod';
import { escapedPath, hubAddress, hubJson, licenceOf, licenceSchema, notAsTheHub } from '../lib/bytes/hub.ts';
import { EngineError } from '../lib/errors.ts';
import type { RemoteFile } from './fetch-file.ts';
import { keepFile, keptFile, openCache } from './file-cache.ts';

/** A repository of models as a person names it. */
export interface RepositoryName {
  /** `owner/name`. */
  readonly repository: string;
  /** Branch, tag or commit. */
  readonly revision?: string;
  /** Address of the Hub or a mirror. */
  readonly host?: string;
}

/** What the Hub says of a repository. */
export interface Repository {
  readonly id: string;
  readonly host: string;
  /** Commit that the files are taken from. */
  readonly revision: string;
  readonly licence: string;
  readonly files: readonly RemoteFile[];
  /** Weights of the model, where the Hub counted them. */
  readonly parameters?: number;
}

const DEFAULT_REVISION = 'main';

/** The fields that are used of `GET /api/models/{id}/revision/{revision}?blobs=true`. */
const infoSchema = z.object({
  sha: z.string(),
  siblings: z
    .array(
      z.object({
        rfilename: z.string(),
        size: z.number().optional(),
        lfs: z.object({ sha256: z.string().optional() }).nullish().catch(undefined),
      }),
    )
    .default([]),
  cardData: licenceSchema.nullish().catch(undefined),
  safetensors: z.object({ total: z.number() }).nullish().catch(undefined),
  gguf: z.object({ total: z.number() }).nullish().catch(undefined),
});

/** @throws EngineError `bad-input` where a name cannot be one of the Hub's */
function checkName(id: string): void {
  if (!/^\w[\w.-]*(\/\w[\w.-]*)?$/.test(id))
    throw new EngineError('bad-input', `A model on the Hub is named as owner/name, not "${id}".`);
}

/**
 * What the API says of a repository; what it said last where it cannot be asked now and that was kept. A commit that was
 * kept is not asked for again.
 */
async function ask(url: string, id: string, pinned: boolean, signal?: AbortSignal): Promise<unknown> {
  const cache = await openCache('own');
  const kept = async () => {
    const blob = await keptFile(cache, url);
    return blob && (JSON.parse(await blob.text()) as unknown);
  };
  const before = pinned ? await kept() : undefined;
  if (before !== undefined) return before;
  let answer: unknown;
  try {
    answer = await hubJson(url, { what: 'model', id }, signal);
  } catch (error) {
    const last = signal?.aborted ? undefined : await kept();
    if (last === undefined) throw error;
    return last;
  }
  if (cache && infoSchema.safeParse(answer).success)
    await keepFile(cache, url, new Blob([JSON.stringify(answer)])).catch(() => undefined);
  return answer;
}

/**
 * Asks the Hub what a repository holds.
 * @throws EngineError `load-failed` that names the host, `bad-input` for a name that is none
 */
export async function openRepository(name: RepositoryName, signal?: AbortSignal): Promise<Repository> {
  const { repository: id, revision = DEFAULT_REVISION } = name;
  checkName(id);
  const host = hubAddress(name.host);
  const url = `${host}/api/models/${id}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const result = infoSchema.safeParse(await ask(url, id, /^[0-9a-f]{40}$/.test(revision), signal));
  if (!result.success) throw notAsTheHub(host, id, result.error);
  const { sha, siblings, cardData, safetensors, gguf } = result.data;
  const address = (commit: string, path: string) =>
    `${host}/${id}/resolve/${encodeURIComponent(commit)}/${escapedPath(path)}`;
  return {
    id,
    host,
    revision: sha,
    licence: licenceOf(cardData ?? undefined),
    files: siblings.map(({ rfilename: path, size, lfs }) => ({
      path,
      url: address(sha, path),
      aliases: revision === sha ? [] : [address(revision, path)],
      subject: { what: 'model' as const, id, file: path },
      size,
      sha256: lfs?.sha256,
    })),
    parameters: gguf?.total ?? safetensors?.total,
  };
}
