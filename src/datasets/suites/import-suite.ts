import { readingBudget, textMemory } from '../../lib/bytes/reading-budget.ts';
import { EngineError } from '../../lib/errors.ts';
import { listedNames, shownName } from '../../lib/shown.ts';
import { fnv1a } from '../../model/fingerprint.ts';
import {
  type AboutSet,
  type ImportOptions,
  type SkippedRows,
  skippedRows,
  uniqueIds,
} from '../questions/from-table.ts';
import type { Table } from '../tables/table.ts';
import { faithEvalCounterfactual, faithEvalUnanswerable } from './faith-eval.ts';
import { falseQa } from './false-qa.ts';
import type { Draft, SuiteFormat } from './format.ts';
import { advBenchPrompts, requests } from './requests.ts';
import { type ComplianceItem, type ComplianceSuite, complianceItem } from './suite.ts';
import { modelWrittenEvals, sycophancyEval } from './sycophancy.ts';

/** The forms that can be read, the more telling ones first. */
export const SUITE_FORMATS: readonly SuiteFormat[] = [
  faithEvalCounterfactual,
  faithEvalUnanswerable,
  falseQa,
  sycophancyEval,
  modelWrittenEvals,
  requests,
  advBenchPrompts,
];

export interface SuiteImportOptions extends ImportOptions {
  /** Name of the form; guessed from the columns where it is left out. */
  readonly format?: string;
  /** What is said of the suite; what the form says where it is left out. */
  readonly about?: Partial<AboutSet>;
}

export interface ImportedSuite {
  readonly suite: ComplianceSuite;
  readonly format: SuiteFormat;
  readonly rows: number;
  readonly skipped: SkippedRows;
}

const SOURCE = 'import';
/** Characters of a suite at most, as its file may hold. */
const SUITE_LIMIT = 64 * 2 ** 20;
/** Bytes of memory that an item takes beside its texts. */
const ITEM_MEMORY = 800;
const ID_LENGTH = 200;

function refuse(sentence: string): never {
  throw new EngineError('bad-input', sentence);
}

const columnsOf = ({ columns }: Table) => columns.map(({ path }) => path);

function hasColumn(table: Table, choices: readonly string[]): boolean {
  return choices.some((path) =>
    columnsOf(table).some((each) => each === path || each.startsWith(`${path}.`)),
  );
}

/** Columns of a file that a sentence shows. */
const MOST_SHOWN = 3;

/**
 * The form of a file: the one that is named, else the first whose columns it has.
 * @throws EngineError `bad-input` that names the columns looked for and those that are there
 */
export function suiteFormat(table: Table, name?: string): SuiteFormat {
  if (name === undefined) {
    const found = SUITE_FORMATS.find(
      ({ columns, named }) =>
        columns.every((choices) => hasColumn(table, choices)) && (named?.test(table.name) ?? true),
    );
    return (
      found ??
      refuse(
        `${table.name} is no suite of a known form (${SUITE_FORMATS.map(({ name: each }) => each).join(', ')}); it has the columns ${listedNames(columnsOf(table), MOST_SHOWN)}.`,
      )
    );
  }
  const format = SUITE_FORMATS.find((each) => each.name === name);
  if (format === undefined)
    return refuse(
      `There is no form "${shownName(name)}" of suites; there are ${SUITE_FORMATS.map((each) => each.name).join(', ')}.`,
    );
  const missing = format.columns.find((choices) => !hasColumn(table, choices));
  if (missing !== undefined)
    refuse(
      `${table.name} has no column ${listedNames(missing).replaceAll(', ', ' or ')}, which ${format.title} has; it has ${listedNames(columnsOf(table), MOST_SHOWN)}.`,
    );
  return format;
}

/** Gives drafts ids that do not depend on other rows, or says what is wrong with them. */
function itemMaker() {
  const unique = uniqueIds();
  return ({ id, ...draft }: Draft): ComplianceItem | string => {
    const hash = fnv1a([new TextEncoder().encode(JSON.stringify(draft.turns))]);
    const item = complianceItem.safeParse({ ...draft, id: id?.slice(0, ID_LENGTH) || hash, source: SOURCE });
    if (item.success) return { ...item.data, id: unique(item.data.id) };
    const [issue] = item.error.issues;
    return `has what no item can hold at "${shownName(issue.path.join('.'))}": ${shownName(issue.message, 200)}`;
  };
}

/**
 * Makes a suite of a file in a public form.
 * @throws EngineError `bad-input` where the form is not known, no row gives an item, or the suite is too large
 */
export async function importSuite(table: Table, options: SuiteImportOptions = {}): Promise<ImportedSuite> {
  const { about, limit, signal, onProgress } = options;
  const format = suiteFormat(table, options.format);
  const make = itemMaker();
  const skipped = skippedRows();
  const items: ComplianceItem[] = [];
  let rows = 0;
  let length = 0;
  const budget = readingBudget(table.bytes, 0.5);
  async function* counted() {
    for await (const row of table.rows({ signal, onProgress })) {
      rows++;
      yield row;
    }
  }
  for await (const { where, made } of format.items(counted())) {
    const item = typeof made === 'string' ? made : make(made);
    if (typeof item === 'string') {
      skipped.add(where, item);
      continue;
    }
    const json = JSON.stringify(item);
    length += json.length;
    if (length > SUITE_LIMIT)
      refuse(
        `The items of ${table.name} are over the limit of 64 MB at ${where}; take the first ${items.length} or fewer.`,
      );
    if (!budget.take(ITEM_MEMORY + textMemory(json)))
      refuse(
        `Making items of all rows of ${table.name} takes more memory than is given to a file of its size, from ${where} on; take the first ${items.length} or fewer.`,
      );
    items.push(item);
    if (items.length === limit) break;
  }
  const left = skipped.done();
  if (items.length === 0)
    refuse(
      left.count === 0
        ? `${table.name} has no row of ${format.title} that asks for anything improper.`
        : `No row of ${table.name} gives an item: ${left.first[0].where} ${left.first[0].reason}.`,
    );
  return {
    format,
    rows,
    skipped: left,
    suite: {
      name: about?.name ?? format.title,
      description: about?.description ?? `Imported from ${table.name} as ${format.title}`,
      kind: format.kind,
      sources: { [SOURCE]: about?.source ?? format.source },
      items,
    },
  };
}
