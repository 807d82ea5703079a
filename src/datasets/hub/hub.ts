import { z } from 'zod';
import {
  escapedPath,
  hubAddress,
  hubJson,
  licenceOf,
  licenceSchema,
  notAsTheHub,
} from '../../lib/bytes/hub.ts';
import { hostOf } from '../../lib/bytes/receive.ts';
import { EngineError } from '../../lib/errors.ts';
import { listedNames, shownName } from '../../lib/shown.ts';
import type { AboutSet } from '../questions/from-table.ts';
import type { OwnSet } from '../tables/read-table.ts';
import type { Table } from '../tables/table.ts';
import { readTableFiles, type TableFiles } from '../tables/table-files.ts';
import { getFile, type HubOptions } from './fetch.ts';
import { type HubSplit, splitsOfCard, splitsOfNames } from './splits.ts';

/** Bytes of a split's files together at most. */
const DOWNLOAD_LIMIT = 200 * 2 ** 20;

/** A data set on the Hub by name, as a person writes it. */
export interface HubName {
  /** `owner/name`. */
  readonly id: string;
  readonly config?: string;
  readonly split?: string;
}

/** Data sets that are known to work, with the part that is taken where none is named. */
export const KNOWN_DATASETS: readonly (Required<HubName> & { readonly title: string })[] = [
  { id: 'mandarjoshi/trivia_qa', config: 'rc.nocontext', split: 'validation', title: 'TriviaQA' },
  { id: 'akariasai/PopQA', config: 'default', split: 'test', title: 'PopQA' },
  {
    id: 'google-research-datasets/nq_open',
    config: 'nq_open',
    split: 'validation',
    title: 'Natural Questions, open',
  },
];

/** What the Hub says of a data set, and the files that can be read. */
export interface HubDataset {
  readonly id: string;
  readonly host: string;
  readonly title: string;
  /** Its page. */
  readonly url: string;
  readonly licence: string;
  /** Commit that the files are taken from. */
  readonly revision: string;
  readonly splits: readonly HubSplit[];
}

/** The fields that are used of `GET /api/datasets/{id}?blobs=true`. */
const infoSchema = z.object({
  sha: z.string(),
  siblings: z.array(z.object({ rfilename: z.string(), size: z.number().optional() })).default([]),
  cardData: licenceSchema
    .extend({
      pretty_name: z.string().optional().catch(undefined),
      configs: z.unknown().optional(),
    })
    .optional()
    .catch(undefined),
});

/** Addresses by config and split, of `GET /api/datasets/{id}/parquet`. */
const convertedSchema = z.record(z.string(), z.record(z.string(), z.array(z.string())));

/** "owner/name", "owner/name:config" or "owner/name:config:split". */
export function parseHubName(text: string): HubName {
  const match = /^(\w[\w.-]*\/\w[\w.-]*)(?::([^:]*))?(?::([^:]+))?$/.exec(text.trim());
  if (!match)
    throw new EngineError(
      'bad-input',
      `A data set on the Hub is named as owner/name, owner/name:config or owner/name:config:split, not "${shownName(text)}".`,
    );
  const [, id, config, split] = match;
  return { id, config: config || undefined, split };
}

/** Splits of the Parquet files that the Hub makes itself, for data sets that come in other formats or as a script. */
async function convertedSplits(host: string, id: string, options: HubOptions): Promise<HubSplit[]> {
  const url = `${host}/api/datasets/${id}/parquet`;
  const answer = await hubJson(url, { what: 'data set', id }, options.signal).catch((error: unknown) => {
    if (options.signal?.aborted) throw error;
    return undefined;
  });
  const { success, data } = convertedSchema.safeParse(answer);
  if (!success) return [];
  return Object.entries(data).flatMap(([config, splits]) =>
    Object.entries(splits).map(([split, files]) => ({
      config,
      split,
      files: files.map((_, shard) => ({
        path: `${config}/${split}/${shard}.parquet`,
        url: `${host}/api/datasets/${id}/parquet/${encodeURIComponent(config)}/${encodeURIComponent(split)}/${shard}.parquet`,
      })),
    })),
  );
}

/**
 * Asks the Hub what a data set holds.
 * @throws EngineError `load-failed` that names the host and offers a file
 */
export async function listDataset(id: string, options: HubOptions = {}): Promise<HubDataset> {
  const host = hubAddress(options.host);
  const url = `${host}/api/datasets/${id}?blobs=true`;
  const result = infoSchema.safeParse(await hubJson(url, { what: 'data set', id }, options.signal));
  if (!result.success) throw notAsTheHub(host, id, result.error);
  const { sha, siblings, cardData } = result.data;
  const files = siblings.map(({ rfilename, size }) => ({
    path: rfilename,
    size,
    url: `${host}/datasets/${id}/resolve/${sha}/${escapedPath(rfilename)}`,
  }));
  const ofCard = splitsOfCard(cardData?.configs, files);
  const named = ofCard.length > 0 ? ofCard : splitsOfNames(files);
  const splits = named.length > 0 ? named : await convertedSplits(host, id, options);
  if (splits.length === 0)
    throw new EngineError(
      'load-failed',
      `${id} on ${hostOf(host)} has no CSV, TSV, JSON, JSONL or Parquet file; open a file from disk instead.`,
    );
  return {
    id,
    host,
    title: cardData?.pretty_name ?? id,
    url: `${host}/datasets/${id}`,
    licence: licenceOf(cardData),
    revision: sha,
    splits,
  };
}

/** Bytes of a split; unknown where the Hub does not tell of each file. */
export function bytesOf({ files }: HubSplit): number | undefined {
  return files.every(({ size }) => size !== undefined)
    ? files.reduce((sum, { size = 0 }) => sum + size, 0)
    : undefined;
}

const sizeText = (bytes: number) => `${(bytes / 2 ** 20).toFixed(bytes < 2 ** 20 ? 2 : 0)} MB`;

/** Splits that answers come with, the usual ones first. */
const USUAL_SPLITS = ['validation', 'dev', 'train', 'test'];

/**
 * The split that is named, else the usual one.
 * @throws EngineError `bad-input` with the choices where the name does not decide
 */
export function chooseSplit({ id, splits }: HubDataset, { config, split }: Omit<HubName, 'id'>): HubSplit {
  const known = KNOWN_DATASETS.find((each) => each.id === id);
  const configs = [...new Set(splits.map((each) => each.config))];
  const wanted =
    config ??
    [known?.config, 'default'].find((name) => configs.some((each) => each === name)) ??
    (configs.length === 1 ? configs[0] : undefined);
  if (wanted === undefined)
    throw new EngineError(
      'bad-input',
      `${id} has several configurations: ${listedNames(configs)}; name one of them.`,
    );
  const ofConfig = splits.filter((each) => each.config === wanted);
  if (ofConfig.length === 0)
    throw new EngineError(
      'bad-input',
      `${id} has no configuration ${listedNames([wanted])}; it has ${listedNames(configs)}.`,
    );
  const order = split === undefined ? [known?.split, ...USUAL_SPLITS, ofConfig[0].split] : [split];
  const found = order.map((name) => ofConfig.find((each) => each.split === name)).find(Boolean);
  if (!found)
    throw new EngineError(
      'bad-input',
      `${id} has no split ${listedNames(split === undefined ? [] : [split])} in ${listedNames([wanted])}; it has ${listedNames(ofConfig.map((each) => each.split))}.`,
    );
  return found;
}

/**
 * Fetches the files of a split; nothing is read of them yet.
 * @throws EngineError `load-failed` that names the host, `bad-input` where the files are too large
 */
export async function downloadSplit(
  dataset: HubDataset,
  split: HubSplit,
  options: HubOptions = {},
): Promise<TableFiles> {
  const { id } = dataset;
  const name = `${id} (${split.config}, ${split.split})`;
  const total = bytesOf(split);
  if (total !== undefined && total > DOWNLOAD_LIMIT)
    throw new EngineError(
      'bad-input',
      `${name} has ${sizeText(total)}, over the limit of ${sizeText(DOWNLOAD_LIMIT)}; choose a smaller part, or open one of its files from disk.`,
    );
  const files: { name: string; blob: Blob }[] = [];
  let done = 0;
  for (const { path, url } of split.files) {
    const blob = await getFile(url, {
      ...options,
      id,
      limit: DOWNLOAD_LIMIT - done,
      onProgress: (progress) =>
        options.onProgress?.({ ...progress, done: done + progress.done, total: total ?? progress.total }),
    });
    done += blob.size;
    files.push({ name: path, blob });
  }
  return { files, name };
}

/**
 * Fetches the files of a split and opens them as one table.
 * @throws EngineError `load-failed` that names the host, `bad-input` where the files are too large or no tables
 */
export async function fetchSplit(
  dataset: HubDataset,
  split: HubSplit,
  options: HubOptions = {},
): Promise<Table | OwnSet> {
  const table = await downloadSplit(dataset, split, options);
  return readTableFiles(table, { signal: options.signal });
}

/** What a set made of a split says of itself. */
export function aboutSplit(dataset: HubDataset, { config, split }: HubSplit): AboutSet {
  return {
    name: `${dataset.title} (${split})`,
    description: `Data set ${dataset.id}, configuration ${config}, split ${split}, revision ${dataset.revision}`,
    source: { name: dataset.title, url: dataset.url, licence: dataset.licence },
  };
}
