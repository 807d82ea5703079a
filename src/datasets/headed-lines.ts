import type { z } from 'zod';
import { DEEPEST_JSON, jsonDepth } from '../lib/bytes/json-text.ts';
import { textLines } from '../lib/bytes/text-lines.ts';
import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';

/** Characters of a file at most. */
const sizeLimit = 64 * 2 ** 20;

/** A JSONL format whose first line is a header with the sources that every other line names one of. */
export interface HeadedFormat<Header, Item> {
  /** What the header says as `format`. */
  readonly format: string;
  /** What sentences call the file and its lines: "question set", "questions". */
  readonly what: string;
  readonly items: string;
  readonly header: z.ZodType<Header>;
  readonly item: (header: Header) => z.ZodType<Item>;
}

function refuse(sentence: string, cause?: unknown): never {
  throw new EngineError('bad-input', sentence, { cause });
}

function readLine<T>(line: string, where: string, schema: z.ZodType<T>): T {
  if (jsonDepth(line) > DEEPEST_JSON) refuse(`${where} is nested more than ${DEEPEST_JSON} levels deep.`);
  let data: unknown;
  try {
    data = JSON.parse(line, (key, value) => (key === '__proto__' ? undefined : value));
  } catch (cause) {
    return refuse(`${where} is not valid JSON.`, cause);
  }
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  return refuse(
    `${where} is not valid at "${shownName(issue.path.join('.'))}": ${shownName(issue.message.replace(/\.$/, ''), 200)}.`,
    result.error,
  );
}

/**
 * Reads JSONL with a header; every id comes once and every source is one of the header's.
 * @param file name of the file, for sentences; left out where there is none
 * @throws EngineError `bad-input` with one sentence that says what is wrong in which line
 */
export function parseHeadedLines<
  Header extends { readonly sources: Readonly<Record<string, unknown>> },
  Item extends { readonly id: string; readonly source: string },
>(
  source: string,
  { format, what, items, ...schemas }: HeadedFormat<Header, Item>,
  file?: string,
): { readonly header: Header; readonly items: readonly Item[] } {
  const named = file === undefined ? `the ${what}` : shownName(file);
  if (source.length > sizeLimit)
    refuse(`The ${what} is over the limit of 64 MB (${(source.length / 2 ** 20).toFixed(0)} MB).`);
  const lines = textLines(source.replace(/^\uFEFF/, ''));
  const first: string = lines.next().value?.text ?? '';
  if (!first.includes(format))
    refuse(`This file is not a ${what}: its first line does not say "format": "${format}".`);
  const header = readLine(first, `Line 1 of ${named}`, schemas.header);
  const schema = schemas.item(header);
  const found: Item[] = [];
  const seen = new Map<string, number>();
  for (const { number, text } of lines) {
    if (text.trim() === '') continue;
    const where = `Line ${number} of ${named}`;
    const item = readLine(text, where, schema);
    const before = seen.get(item.id);
    if (before !== undefined)
      refuse(`${where} has the id "${shownName(item.id)}", which line ${before} has already.`);
    if (!Object.hasOwn(header.sources, item.source))
      refuse(`${where} names the source "${shownName(item.source)}", which the header does not have.`);
    seen.set(item.id, number);
    found.push(item);
  }
  if (found.length === 0) refuse(`The ${what} has no ${items}; add one a line.`);
  return { header, items: found };
}

/** The text of a JSONL file with a header. */
export function formatHeadedLines(header: object, items: readonly object[]): string {
  return [header, ...items].map((line) => `${JSON.stringify(line)}\n`).join('');
}
