import { z } from 'zod';

export interface HubFile {
  /** Within the repository. */
  readonly path: string;
  readonly url: string;
  /** Bytes. */
  readonly size?: number;
}

/** Files of one split of one configuration, in order. */
export interface HubSplit {
  readonly config: string;
  readonly split: string;
  readonly files: readonly HubFile[];
}

/** Endings of files that can be read; where a repository has several formats, the first one counts. */
const FORMATS = [
  /\.parquet$/i,
  /\.(jsonl|ndjson)(\.gz)?$/i,
  /\.csv(\.gz)?$/i,
  /\.(tsv|tab)(\.gz)?$/i,
  /\.json(\.gz)?$/i,
];

/** JSON files that describe a repository and hold no rows. */
const NO_DATA = /(^|\/)(dataset_infos?|dataset_dict|state|config|croissant|package)\.json$/i;

/** Words in paths that name a split. */
const SPLIT_WORDS: readonly (readonly [split: string, words: string])[] = [
  ['train', 'train|training'],
  ['validation', 'validation|valid|val|dev'],
  ['test', 'test|testing|eval|evaluation'],
];

const oneOrMore = z.union([z.string(), z.array(z.string())]);

/** `configs` of a data set's card. */
const configsSchema = z.array(
  z.object({
    config_name: z.string(),
    data_dir: z.string().optional(),
    data_files: z.union([oneOrMore, z.array(z.object({ split: z.string(), path: oneOrMore }))]).optional(),
  }),
);

const readable = (files: readonly HubFile[]) =>
  files.filter(({ path }) => !NO_DATA.test(path) && FORMATS.some((format) => format.test(path)));

/** A pattern of paths as data sets' cards write them: `*` within a folder, `**` across, `?`, `[…]`, `{a,b}`. */
function globPattern(glob: string): RegExp {
  const source = glob
    .replace(/^\.?\//, '')
    .replace(/\*\*\/|\*\*|\*|\?|\{[^{}]*\}|\[[^\]]*\]|[.+^$()|\\{}[\]]/g, (part) => {
      if (part === '**/') return '(?:.*/)?';
      if (part === '**') return '.*';
      if (part === '*') return '[^/]*';
      if (part === '?') return '[^/]';
      if (part.length > 1 && part.startsWith('{'))
        return `(?:${part.slice(1, -1).split(',').map(escaped).join('|')})`;
      if (part.length > 1 && part.startsWith('[')) return part.replace(/^\[!/, '[^').replace(/\\/g, '\\\\');
      return `\\${part}`;
    });
  return new RegExp(`^${source}$`);
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

function splitOf(path: string): string | undefined {
  return SPLIT_WORDS.find(([, words]) => new RegExp(`(^|[^a-z])(${words})([^a-z]|$)`, 'i').test(path))?.[0];
}

const inOrder = (files: readonly HubFile[]) =>
  files.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));

/** Splits that names of files and folders tell of; files without such a name are for training. */
function namedSplits(config: string, files: readonly HubFile[]): HubSplit[] {
  const format = FORMATS.find((each) => files.some(({ path }) => each.test(path)));
  const groups = new Map<string, HubFile[]>();
  for (const file of inOrder(files.filter(({ path }) => format?.test(path)))) {
    const split = splitOf(file.path) ?? 'train';
    groups.set(split, [...(groups.get(split) ?? []), file]);
  }
  return [...groups].map(([split, group]) => ({ config, split, files: group }));
}

/** Splits of a repository whose card names none. */
export function splitsOfNames(files: readonly HubFile[]): HubSplit[] {
  return namedSplits('default', readable(files));
}

/**
 * Splits that the card of a data set names.
 * @param configs `configs` of the card, of whatever form
 */
export function splitsOfCard(configs: unknown, files: readonly HubFile[]): HubSplit[] {
  const { success, data } = configsSchema.safeParse(configs);
  if (!success) return [];
  const usable = readable(files);
  return data.flatMap(({ config_name: config, data_dir: folder, data_files: dataFiles }) => {
    const prefix = folder === undefined ? '' : `${folder.replace(/^\.?\/|\/$/g, '')}/`;
    const matching = (globs: string | readonly string[]) => {
      const patterns = [globs].flat().map((glob) => globPattern(`${prefix}${glob.replace(/^\.?\//, '')}`));
      return inOrder(usable.filter(({ path }) => patterns.some((pattern) => pattern.test(path))));
    };
    if (dataFiles === undefined)
      return prefix === ''
        ? []
        : namedSplits(
            config,
            usable.filter(({ path }) => path.startsWith(prefix)),
          );
    const entries = [dataFiles].flat();
    const globs = entries.filter((entry) => typeof entry === 'string');
    const named = entries.filter((entry) => typeof entry !== 'string');
    return [
      ...(globs.length > 0 ? namedSplits(config, matching(globs)) : []),
      ...named.map(({ split, path }) => ({ config, split, files: matching(path) })),
    ].filter(({ files: found }) => found.length > 0);
  });
}
