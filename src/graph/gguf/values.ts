import { EngineError } from '../../lib/errors.ts';
import type { HeaderReader } from './header-reader.ts';
import type { GgufFile, GgufNumbers, GgufValue } from './types.ts';

/** The file format's numbers for the types of metadata values. */
const STRING = 8;
const ARRAY = 9;

interface ScalarType {
  readonly bytes: number;
  read(reader: HeaderReader, what: string): GgufValue;
  /** Absent for booleans, whose arrays are plain. */
  readonly array?: new (
    buffer: ArrayBuffer,
  ) => GgufNumbers;
}

function readBoolean(reader: HeaderReader, what: string): boolean {
  const byte = reader.u8();
  if (byte > 1) throw reader.fail(`the truth value of ${what} is ${byte}`);
  return byte === 1;
}

const SCALARS: ReadonlyMap<number, ScalarType> = new Map<number, ScalarType>([
  [0, { bytes: 1, read: (reader) => reader.u8(), array: Uint8Array }],
  [1, { bytes: 1, read: (reader) => reader.i8(), array: Int8Array }],
  [2, { bytes: 2, read: (reader) => reader.u16(), array: Uint16Array }],
  [3, { bytes: 2, read: (reader) => reader.i16(), array: Int16Array }],
  [4, { bytes: 4, read: (reader) => reader.u32(), array: Uint32Array }],
  [5, { bytes: 4, read: (reader) => reader.i32(), array: Int32Array }],
  [6, { bytes: 4, read: (reader) => reader.f32(), array: Float32Array }],
  [7, { bytes: 1, read: readBoolean }],
  [10, { bytes: 8, read: (reader) => reader.u64(), array: BigUint64Array }],
  [11, { bytes: 8, read: (reader) => reader.i64(), array: BigInt64Array }],
  [12, { bytes: 8, read: (reader) => reader.f64(), array: Float64Array }],
]);

const DEEPEST_ARRAY = 4;
const SMALLEST_STRING = 8;
const SMALLEST_ARRAY = 12;

/** Reads one metadata value of the given type number; `what` names it in errors. */
export function readValue(reader: HeaderReader, type: number, what: string, depth = 0): GgufValue {
  if (type === STRING) return reader.string(`the length of ${what}`);
  if (type === ARRAY) return readArray(reader, what, depth + 1);
  const scalar = SCALARS.get(type);
  if (scalar === undefined) throw reader.fail(`${what} has the unknown value type ${type}`);
  return scalar.read(reader, what);
}

function readArray(reader: HeaderReader, what: string, depth: number): GgufValue {
  if (depth > DEEPEST_ARRAY) throw reader.fail(`${what} has arrays nested more than ${DEEPEST_ARRAY} deep`);
  reader.beginArray(what);
  const type = reader.u32();
  const count = reader.size(`the number of items of ${what}`);
  const scalar = SCALARS.get(type);
  if (scalar === undefined && type !== STRING && type !== ARRAY) {
    throw reader.fail(`${what} has items of the unknown value type ${type}`);
  }
  reader.checkCount(count, scalar?.bytes ?? (type === STRING ? SMALLEST_STRING : SMALLEST_ARRAY), what);
  if (scalar?.array !== undefined) return new scalar.array(reader.copy(count * scalar.bytes));
  const values: GgufValue[] = [];
  if (type === STRING) {
    const length = `the length of a string of ${what}`;
    for (let i = 0; i < count; i++) values.push(reader.string(length));
  } else {
    for (let i = 0; i < count; i++) values.push(readValue(reader, type, what, depth));
  }
  return values;
}

function wrongValue(file: GgufFile, key: string, wanted: string): EngineError {
  const found = file.metadata.has(key) ? 'has a value of another type' : 'is missing';
  return new EngineError(
    'unsupported-model',
    `${file.source.name}: the metadata entry ${key} ${found}; it must be ${wanted}, so choose another GGUF file of this model.`,
  );
}

/** A text of the metadata, or undefined where there is no such key. Throws EngineError where it is no text. */
export function optionalString(file: GgufFile, key: string): string | undefined {
  const value = file.metadata.get(key);
  if (value === undefined || typeof value === 'string') return value;
  throw wrongValue(file, key, 'a text');
}

/** A text of the metadata. Throws EngineError where it is missing or no text. */
export function metaString(file: GgufFile, key: string): string {
  const value = optionalString(file, key);
  if (value === undefined) throw wrongValue(file, key, 'a text');
  return value;
}

/** A finite number of the metadata, or undefined where there is no such key. Throws EngineError where it is no number. */
export function optionalNumber(file: GgufFile, key: string): number | undefined {
  const value = file.metadata.get(key);
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
  throw wrongValue(file, key, 'a finite number');
}

/** A finite number of the metadata. Throws EngineError where it is missing or no number. */
export function metaNumber(file: GgufFile, key: string): number {
  const value = optionalNumber(file, key);
  if (value === undefined) throw wrongValue(file, key, 'a finite number');
  return value;
}

/** A truth value of the metadata, or undefined where there is no such key. Throws EngineError where it is none. */
export function optionalBoolean(file: GgufFile, key: string): boolean | undefined {
  const value = file.metadata.get(key);
  if (value === undefined || typeof value === 'boolean') return value;
  throw wrongValue(file, key, 'true or false');
}

/** One number or a list of truth values of the metadata, or undefined where there is no such key. Throws EngineError where it is something else. */
export function optionalBooleansOrNumber(
  file: GgufFile,
  key: string,
): number | readonly boolean[] | undefined {
  const value = file.metadata.get(key);
  if (value === undefined || (typeof value === 'number' && Number.isFinite(value))) return value;
  if (Array.isArray(value) && value.every((item): item is boolean => typeof item === 'boolean')) return value;
  throw wrongValue(file, key, 'a number or a list of truth values');
}

/** A list of texts of the metadata. Throws EngineError where it is missing or something else. */
export function metaStrings(file: GgufFile, key: string): readonly string[] {
  const value = file.metadata.get(key);
  if (Array.isArray(value) && value.every((item): item is string => typeof item === 'string')) return value;
  throw wrongValue(file, key, 'a list of texts');
}

/** A list of numbers of the metadata, or undefined where there is no such key. Throws EngineError where it is something else. */
export function optionalNumbers(file: GgufFile, key: string): readonly number[] | undefined {
  const value = file.metadata.get(key);
  if (value === undefined) return undefined;
  if (ArrayBuffer.isView(value)) return Array.from<number | bigint, number>(value, Number);
  if (Array.isArray(value) && value.length === 0) return [];
  throw wrongValue(file, key, 'a list of numbers');
}

/** A list of numbers of the metadata. Throws EngineError where it is missing or something else. */
export function metaNumbers(file: GgufFile, key: string): readonly number[] {
  const value = optionalNumbers(file, key);
  if (value === undefined) throw wrongValue(file, key, 'a list of numbers');
  return value;
}
