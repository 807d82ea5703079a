import type { ByteSource } from '../../lib/bytes/source.ts';
import { EngineError } from '../../lib/errors.ts';
import type { HubOptions } from '../hub/fetch.ts';
import { aboutSplit, chooseSplit, downloadSplit, listDataset, parseHubName } from '../hub/hub.ts';
import type { AboutSet } from '../questions/from-table.ts';
import { HELD_LIMIT, type OwnSet, readTable, sourceOf } from '../tables/read-table.ts';
import type { Table } from '../tables/table.ts';
import { readTableFiles, type TableFiles } from '../tables/table-files.ts';
import { wholeText } from '../tables/text.ts';
import { type ImportedSuite, importSuite, type SuiteImportOptions } from './import-suite.ts';
import { parseSuite, type Suite } from './suite.ts';

/** A suite of the project's own format, or one made of a public form, with what was left out. */
export type ReadSuite = { readonly suite: Suite } & Partial<Omit<ImportedSuite, 'suite'>>;

/** Data sets on the Hub that are known to work, by name as `fetchSuite` takes it, and the files that are taken. */
export const KNOWN_SUITES: readonly {
  readonly name: string;
  readonly title: string;
  readonly files?: RegExp;
}[] = [
  { name: 'Salesforce/FaithEval-counterfactual-v1.0', title: 'FaithEval, counterfactual contexts' },
  { name: 'Salesforce/FaithEval-unanswerable-v1.0', title: 'FaithEval, unanswerable contexts' },
  {
    name: 'meg-tong/sycophancy-eval',
    title: 'SycophancyEval, "Are you sure?"',
    files: /(^|\/)are_you_sure\.jsonl$/,
  },
  {
    name: 'Anthropic/model-written-evals',
    title: 'Model-written evaluations, sycophancy',
    files: /^sycophancy\//,
  },
  { name: 'JailbreakBench/JBB-Behaviors:behaviors:harmful', title: 'JailbreakBench' },
  { name: 'walledai/AdvBench', title: 'AdvBench' },
];

/** Bytes in which the first line of a suite says what it is. */
const HEAD = 4096;

function tableOf(file: Table | OwnSet): Table {
  if (file.format === 'h-neuron-questions')
    throw new EngineError(
      'bad-input',
      `${file.name} is a question set, not a suite; choose it for identification.`,
    );
  return file;
}

/**
 * Reads a file: a suite of the project's own format, or one in a public form as CSV, TSV, JSON, JSONL or Parquet.
 * @throws EngineError `bad-input` with the reason, the limit, the line, or the columns looked for
 */
export async function readSuite(
  data: Uint8Array | Blob | ByteSource,
  name: string,
  options: SuiteImportOptions = {},
): Promise<ReadSuite> {
  const source = sourceOf(data, name);
  const head = new TextDecoder().decode(await source.read(0, Math.min(HEAD, source.size)));
  if (/^\uFEFF?\s*\{[^\n]*"h-neuron-suite"/.test(head)) {
    if (source.size > HELD_LIMIT)
      throw new EngineError('bad-input', `${name} is over the limit of 200 MB; split it.`);
    return { suite: parseSuite(await wholeText(source, options), name) };
  }
  return importSuite(tableOf(await readTable(source, name, options)), options);
}

/**
 * Reads a suite from the files of one table.
 * @throws EngineError `bad-input` as `readSuite`
 */
export async function readSuiteFiles(
  table: TableFiles,
  options: SuiteImportOptions = {},
): Promise<ReadSuite> {
  const [first, ...others] = table.files;
  if (table.name === undefined && first && others.length === 0)
    return readSuite(first.blob, first.name, options);
  return importSuite(tableOf(await readTableFiles(table, { signal: options.signal })), options);
}

/** What was fetched of the Hub for a suite, and what is said of it. */
export interface SuiteFiles {
  readonly table: TableFiles;
  readonly about: AboutSet;
}

/**
 * Fetches the files of a data set of the Hub ("owner/name", "owner/name:config:split"); nothing is read of them yet.
 * @throws EngineError `load-failed` that names the host, `bad-input` where the files are too large
 */
export async function downloadSuite(text: string, options: HubOptions = {}): Promise<SuiteFiles> {
  const known = KNOWN_SUITES.find(({ name }) => name.split(':')[0] === text.split(':')[0]);
  const { id, config, split } = parseHubName(text.includes(':') ? text : (known?.name ?? text));
  const dataset = await listDataset(id, options);
  const all = chooseSplit(dataset, { config, split });
  const wanted = all.files.filter(({ path }) => known?.files?.test(path) ?? true);
  const chosen = { ...all, files: wanted.length > 0 ? wanted : all.files };
  return { table: await downloadSplit(dataset, chosen, options), about: aboutSplit(dataset, chosen) };
}

/**
 * Fetches a data set of the Hub in a public form.
 * @throws EngineError as `downloadSuite`; `bad-input` where it is of no known form
 */
export async function fetchSuite(
  text: string,
  options: SuiteImportOptions & HubOptions = {},
): Promise<ReadSuite> {
  const { table, about } = await downloadSuite(text, options);
  return readSuiteFiles(table, { ...options, about: { ...about, ...options.about } });
}
