import { type FileMetaData, parquetSchema, type SchemaElement, type SchemaTree } from 'hyparquet';
import { isListLike, isMapLike } from 'hyparquet/src/schema.js';
import { DEEPEST_JSON, jsonDepth } from '../../lib/bytes/json-text.ts';
import { shownName } from '../../lib/shown.ts';
import { parseJson } from './json.ts';
import {
  clockText,
  dayText,
  decimalText,
  halfText,
  intervalText,
  type Moment,
  plainTextOf,
  shortest,
  stampText,
  utf8Text,
} from './parquet-text.ts';
import type { Cell, Cells, LostCell, LostKind } from './table.ts';

function timeOf({ converted_type: converted, logical_type: logical }: SchemaElement): Moment | undefined {
  if (logical?.type === 'TIME') return { unit: logical.unit, isUtc: false };
  if (converted === 'TIME_MILLIS') return { unit: 'MILLIS', isUtc: false };
  return converted === 'TIME_MICROS' ? { unit: 'MICROS', isUtc: false } : undefined;
}

function stampOf({
  type,
  converted_type: converted,
  logical_type: logical,
}: SchemaElement): Moment | undefined {
  if (logical?.type === 'TIMESTAMP') return { unit: logical.unit, isUtc: logical.isAdjustedToUTC };
  if (converted === 'TIMESTAMP_MILLIS') return { unit: 'MILLIS', isUtc: true };
  if (converted === 'TIMESTAMP_MICROS') return { unit: 'MICROS', isUtc: true };
  return type === 'INT96' && !converted ? { unit: 'NANOS', isUtc: false } : undefined;
}

/** Tells that a cell, or a part of one, is left out; its place is empty then. */
type Lose = (what: LostKind) => null;

/** Stands for a text whose bytes are none. */
const NOT_TEXT = Symbol('not text');

const isInterval = ({ converted_type }: SchemaElement) => converted_type === 'INTERVAL';
const isDecimal = ({ converted_type, logical_type }: SchemaElement) =>
  converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';
const isDate = ({ converted_type, logical_type }: SchemaElement) =>
  converted_type === 'DATE' || logical_type?.type === 'DATE';

/** Whether nothing says that bytes are a text. */
const areBytes = ({ type, converted_type, logical_type }: SchemaElement) =>
  type === 'BYTE_ARRAY' && !converted_type && !logical_type;

/** Columns that hold what no question or answer is written in. */
const UNREAD = new Set(['BSON', 'VARIANT', 'GEOMETRY', 'GEOGRAPHY']);

function readAs(element: SchemaElement): SchemaElement {
  const bare = { ...element, converted_type: undefined, logical_type: undefined };
  if (element.num_children) {
    const kind = element.converted_type ?? element.logical_type?.type;
    return kind === 'LIST' || kind === 'MAP' ? { ...element, converted_type: kind } : element;
  }
  if (isInterval(element) || isDecimal(element) || isDate(element) || timeOf(element) || stampOf(element))
    return bare;
  if (element.logical_type?.type === 'JSON') return { ...element, converted_type: 'JSON' };
  return areBytes(element) || element.converted_type === 'ENUM' || element.logical_type?.type === 'ENUM'
    ? { ...bare, converted_type: 'UTF8' }
    : element;
}

/**
 * What a Parquet file says of itself, with columns that the library would round (decimals, dates, points in time) as
 * plain numbers and bytes, for `writtenRow` to write.
 * @throws Error where a column holds BSON, variants or shapes
 */
export function exactMetadata(metadata: FileMetaData): FileMetaData {
  for (const { name, converted_type: converted, logical_type: logical } of metadata.schema) {
    const kind = [converted, logical?.type].find((each) => each !== undefined && UNREAD.has(each));
    if (kind !== undefined) throw new Error(`the column "${shownName(name)}" holds ${kind}; save it as text`);
  }
  return { ...metadata, schema: metadata.schema.map(readAs) };
}

/** What the library asks of values that it does not leave as they are. */
export const exactParsers = {
  timestampFromNanoseconds: (nanos: bigint) => nanos,
  stringFromBytes: (bytes: Uint8Array | undefined) => bytes && (utf8Text(bytes) ?? NOT_TEXT),
  jsonFromBytes(bytes: Uint8Array | undefined) {
    if (bytes === undefined) return undefined;
    const text = utf8Text(bytes);
    if (text === undefined) return NOT_TEXT;
    try {
      return jsonDepth(text) > DEEPEST_JSON ? text : parseJson(text);
    } catch {
      return text;
    }
  },
};

function bigintOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : undefined;
  if (!(value instanceof Uint8Array) || value.length > 64) return undefined;
  const digits = Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return digits === '' ? 0n : BigInt.asIntN(8 * value.length, BigInt(`0x${digits}`));
}

function leaf(value: unknown, element: SchemaElement, lose: Lose): Cell {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((each: unknown) => leaf(each, element, lose));
  if (value === NOT_TEXT) return lose('bytes');
  if (typeof value === 'string') return areBytes(element) ? (plainTextOf(value) ?? lose('bytes')) : value;
  if (typeof value === 'boolean') return value;
  const moment = momentOf(value, element, lose);
  return moment === undefined ? plainValue(value, element, lose) : moment;
}

/** A decimal, date, time or interval; nothing where the column holds none. */
function momentOf(value: unknown, element: SchemaElement, lose: Lose): Cell {
  const whole = bigintOf(value);
  if (isInterval(element))
    return (value instanceof Uint8Array ? intervalText(value) : undefined) ?? lose('value');
  if (isDecimal(element)) {
    const logical = element.logical_type;
    const scale = element.scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0) ?? 0;
    return whole === undefined || Math.abs(scale) > 100 ? lose('value') : decimalText(whole, scale);
  }
  if (isDate(element)) return (typeof value === 'number' ? dayText(value) : undefined) ?? String(value);
  const [time, stamp] = [timeOf(element), stampOf(element)];
  if (time) return whole === undefined || whole < 0n ? lose('value') : clockText(whole, time.unit);
  if (stamp) return whole === undefined ? lose('value') : (stampText(whole, stamp) ?? String(whole));
  return undefined;
}

function plainValue(value: unknown, element: SchemaElement, lose: Lose): Cell {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? numberOf(value, element) : lose('number');
  if (value instanceof Uint8Array) return plainTextOf(utf8Text(value)) ?? lose('bytes');
  return typeof value === 'object' && !ArrayBuffer.isView(value) ? (value as Cells) : lose('bytes');
}

/** A number in the fewest digits that tell it from its neighbours; -0, which numbers lose, as text. */
function numberOf(value: number, { type, logical_type: logical }: SchemaElement): number | string {
  if (value === 0) return Object.is(value, -0) ? '-0' : 0;
  if (type === 'FLOAT') return shortest(value, (candidate) => Math.fround(candidate) === value);
  return logical?.type === 'FLOAT16' ? halfText(value) : value;
}

const withoutProto = (entries: (readonly [string, Cell])[]): Cells =>
  Object.fromEntries(entries.filter(([name]) => name !== '__proto__'));

function written(value: unknown, tree: SchemaTree, lose: Lose): Cell {
  if (tree.children.length === 0) return leaf(value, tree.element, lose);
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) {
    const [inner] = tree.children;
    const item = isListLike(tree) ? (inner.children.length === 1 ? inner.children[0] : inner) : tree;
    return value.map((each: unknown) => written(each, item, lose));
  }
  if (typeof value !== 'object') return null;
  const entries = Object.entries(value as Record<string, unknown>);
  if (isMapLike(tree)) {
    const values = tree.children[0].children[1];
    return withoutProto(entries.map(([key, each]) => [key, written(each, values, lose)]));
  }
  return withoutProto(
    entries.map(([name, each]) => {
      const child = tree.children.find(({ element }) => element.name === name);
      return [name, child ? written(each, child, lose) : null];
    }),
  );
}

/** A row as a person would write it. */
export interface WrittenRow {
  readonly cells: Cells;
  /** What was left out, by the outermost columns; nothing where all is there. */
  readonly lost?: readonly LostCell[];
}

/**
 * Writes rows as a person would: dates, times, decimals and intervals as text, floats in the fewest digits that tell them
 * apart, whole numbers beyond 2^53 as text, bytes as text where they are UTF-8. What is no text and no finite number is
 * missing, and said.
 * @param metadata as the file has it
 */
export function rowWriter(metadata: FileMetaData): (row: Record<string, unknown>) => WrittenRow {
  const tree = parquetSchema({
    ...metadata,
    schema: metadata.schema.map((element) => (element.num_children ? { ...readAs(element) } : element)),
  });
  const columns = new Map(tree.children.map((child) => [child.element.name, child]));
  return (row) => {
    const lost: LostCell[] = [];
    const cells = Object.entries(row).map(([name, value]): [string, Cell] => {
      const column = columns.get(name);
      const lose = (what: LostKind) => {
        lost.push({ column: name, what });
        return null;
      };
      return [name, column ? written(value, column, lose) : null];
    });
    return { cells: withoutProto(cells), ...(lost.length > 0 ? { lost } : {}) };
  };
}
