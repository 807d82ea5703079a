import type { FileMetaData, SchemaElement, SchemaTree } from 'hyparquet';
import { parquetSchema } from 'hyparquet';
import { isListLike, isMapLike } from 'hyparquet/src/schema.js';
import { DEEPEST_JSON, jsonDepth } from '../../bytes/json-text.ts';
import { shownName } from '../../shown.ts';
import { parseJson } from './json.ts';
import type { Cell, Cells } from './table.ts';

/** Units of times of day and of points in time, in seconds' parts. */
const UNITS = { MILLIS: 1000n, MICROS: 1_000_000n, NANOS: 1_000_000_000n } as const;
type Unit = keyof typeof UNITS;

const DAY_MS = 86_400_000;

interface Moment {
  readonly unit: Unit;
  readonly isUtc: boolean;
}

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

const isDecimal = ({ converted_type, logical_type }: SchemaElement) =>
  converted_type === 'DECIMAL' || logical_type?.type === 'DECIMAL';
const isDate = ({ converted_type, logical_type }: SchemaElement) =>
  converted_type === 'DATE' || logical_type?.type === 'DATE';

/** Whether bytes are no text by what the file says of them, so that they are only taken for one where they are UTF-8. */
const areBytes = ({ type, converted_type, logical_type }: SchemaElement) =>
  type === 'BYTE_ARRAY' && !converted_type && !logical_type;

/** Columns that hold what no question or answer is written in. */
const UNREAD = new Set(['BSON', 'INTERVAL', 'VARIANT', 'GEOMETRY', 'GEOGRAPHY']);

function readAs(element: SchemaElement): SchemaElement {
  const bare = { ...element, converted_type: undefined, logical_type: undefined };
  if (element.num_children) {
    const kind = element.converted_type ?? element.logical_type?.type;
    return kind === 'LIST' || kind === 'MAP' ? { ...element, converted_type: kind } : element;
  }
  if (isDecimal(element) || isDate(element) || timeOf(element) || stampOf(element)) return bare;
  if (element.logical_type?.type === 'JSON') return { ...element, converted_type: 'JSON' };
  return areBytes(element) || element.converted_type === 'ENUM' || element.logical_type?.type === 'ENUM'
    ? { ...bare, converted_type: 'UTF8' }
    : element;
}

/**
 * What a Parquet file says of itself, with columns that the library would round (decimals, dates, points in time) as
 * plain numbers and bytes, for `writtenRow` to write.
 * @throws Error where a column holds BSON, intervals or shapes
 */
export function exactMetadata(metadata: FileMetaData): FileMetaData {
  for (const { name, converted_type: converted, logical_type: logical } of metadata.schema) {
    const kind = [converted, logical?.type].find((each) => each !== undefined && UNREAD.has(each));
    if (kind !== undefined) throw new Error(`the column "${shownName(name)}" holds ${kind}; save it as text`);
  }
  return { ...metadata, schema: metadata.schema.map(readAs) };
}

const decoder = new TextDecoder();

/** What the library asks of values that it does not leave as they are. */
export const exactParsers = {
  timestampFromNanoseconds: (nanos: bigint) => nanos,
  jsonFromBytes(bytes: Uint8Array | undefined) {
    if (bytes === undefined) return undefined;
    const text = decoder.decode(bytes);
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

/** A whole number with a point before its last digits: 1250 with the scale 2 is "12.50". */
function decimalText(unscaled: bigint, scale: number): string {
  const sign = unscaled < 0n ? '-' : '';
  const digits = String(unscaled < 0n ? -unscaled : unscaled);
  if (scale <= 0) return `${sign}${digits}${digits === '0' ? '' : '0'.repeat(-scale)}`;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}

function clockText(parts: bigint, unit: Unit): string {
  const seconds = Number(parts / UNITS[unit]);
  const fraction = String(parts % UNITS[unit]).padStart(String(UNITS[unit]).length - 1, '0');
  const two = (value: number) => String(value).padStart(2, '0');
  const time = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return /[1-9]/.test(fraction) ? `${time}.${fraction.replace(/0+$/, '')}` : time;
}

/** The day as ISO 8601 writes it; nothing for days that no calendar has. */
function dayText(days: number): string | undefined {
  const date = new Date(days * DAY_MS);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString().split('T')[0];
}

function stampText(parts: bigint, { unit, isUtc }: Moment): string | undefined {
  const perDay = 86_400n * UNITS[unit];
  const inDay = ((parts % perDay) + perDay) % perDay;
  const day = dayText(Number((parts - inDay) / perDay));
  return day === undefined ? undefined : `${day}T${clockText(inDay, unit)}${isUtc ? 'Z' : ''}`;
}

/** The number of fewest digits that is nearer to a value than to its neighbours. */
function shortest(value: number, isNear: (candidate: number) => boolean): number {
  for (let digits = 1; digits < 17; digits++) {
    const candidate = Number(value.toPrecision(digits));
    if (isNear(candidate)) return candidate;
  }
  return value;
}

function halfText(value: number): number {
  const step = 2 ** (Math.max(Math.floor(Math.log2(Math.abs(value))), -14) - 10);
  return shortest(value, (candidate) => Math.abs(candidate - value) < step / 2);
}

function leaf(value: unknown, element: SchemaElement): Cell {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((each: unknown) => leaf(each, element));
  const whole = bigintOf(value);
  if (isDecimal(element)) {
    const logical = element.logical_type;
    const scale = element.scale ?? (logical?.type === 'DECIMAL' ? logical.scale : 0) ?? 0;
    return whole === undefined || Math.abs(scale) > 100 ? null : decimalText(whole, scale);
  }
  if (isDate(element)) return (typeof value === 'number' ? dayText(value) : undefined) ?? String(value);
  const [time, stamp] = [timeOf(element), stampOf(element)];
  if (time) return whole === undefined || whole < 0n ? null : clockText(whole, time.unit);
  if (stamp) return whole === undefined ? null : (stampText(whole, stamp) ?? String(whole));
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (typeof value === 'number') return numberOf(value, element);
  if (typeof value === 'string') return areBytes(element) && value.includes('\uFFFD') ? null : value;
  if (typeof value === 'boolean') return value;
  return typeof value === 'object' && !ArrayBuffer.isView(value) ? (value as Cells) : null;
}

function numberOf(value: number, { type, logical_type: logical }: SchemaElement): number {
  if (!Number.isFinite(value) || value === 0) return value;
  if (type === 'FLOAT') return shortest(value, (candidate) => Math.fround(candidate) === value);
  return logical?.type === 'FLOAT16' ? halfText(value) : value;
}

const withoutProto = (entries: (readonly [string, Cell])[]): Cells =>
  Object.fromEntries(entries.filter(([name]) => name !== '__proto__'));

function written(value: unknown, tree: SchemaTree): Cell {
  if (tree.children.length === 0) return leaf(value, tree.element);
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) {
    const [inner] = tree.children;
    const item = isListLike(tree) ? (inner.children.length === 1 ? inner.children[0] : inner) : tree;
    return value.map((each: unknown) => written(each, item));
  }
  if (typeof value !== 'object') return null;
  const entries = Object.entries(value as Record<string, unknown>);
  if (isMapLike(tree)) {
    const values = tree.children[0].children[1];
    return withoutProto(entries.map(([key, each]) => [key, written(each, values)]));
  }
  return withoutProto(
    entries.map(([name, each]) => {
      const child = tree.children.find(({ element }) => element.name === name);
      return [name, child ? written(each, child) : null];
    }),
  );
}

/**
 * Writes rows as a person would: dates, times and decimals as text, floats in the fewest digits that tell them apart,
 * whole numbers beyond 2^53 as text, bytes that are no text as missing.
 * @param metadata as the file has it
 */
export function rowWriter(metadata: FileMetaData): (row: Record<string, unknown>) => Cells {
  const tree = parquetSchema({
    ...metadata,
    schema: metadata.schema.map((element) => (element.num_children ? { ...readAs(element) } : element)),
  });
  const columns = new Map(tree.children.map((child) => [child.element.name, child]));
  return (row) =>
    withoutProto(
      Object.entries(row).map(([name, value]) => {
        const column = columns.get(name);
        return [name, column ? written(value, column) : null];
      }),
    );
}
