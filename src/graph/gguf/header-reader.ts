import { EngineError } from '../../lib/errors.ts';

/** Thrown by HeaderReader when the header goes on past the bytes read so far. */
export class MoreBytesNeeded extends Error {
  /** Bytes of the file, from its start, that the next attempt needs at least. */
  readonly length: number;

  constructor(length: number) {
    super(`The header needs ${length} bytes.`);
    this.length = length;
  }
}

const MOST_ARRAYS = 10_000;

const BIGGEST = BigInt(Number.MAX_SAFE_INTEGER);

/**
 * Reads little-endian values from the first bytes of a file. What lies past the end of the file is an EngineError
 * ('load-failed'), what lies in the file and past `bytes` throws MoreBytesNeeded. Nothing is allocated before its
 * length has passed that check.
 */
export class HeaderReader {
  position = 0;
  #arrays = 0;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #name: string;
  readonly #fileSize: number;
  // Byte order marks are tokens of some vocabularies and must not be dropped.
  readonly #decoder = new TextDecoder('utf-8', { ignoreBOM: true });

  constructor(bytes: Uint8Array, name: string, fileSize: number) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#name = name;
    this.#fileSize = fileSize;
  }

  fail(what: string): EngineError {
    return new EngineError(
      'load-failed',
      `${this.#name} is damaged: ${what} (byte ${this.position}); download the file again.`,
    );
  }

  /** Refuses a count whose items of at least `minimum` bytes cannot lie in the rest of the file. */
  checkCount(count: number, minimum: number, what: string): void {
    const left = this.#fileSize - this.position;
    if (count * minimum > left) {
      throw this.fail(`${what} would take ${count} times ${minimum} bytes, but the file has ${left} left`);
    }
  }

  /** Counts an array, and refuses more than models have: one without items takes 12 bytes here and hundreds in memory. */
  beginArray(what: string): void {
    if (++this.#arrays > MOST_ARRAYS) throw this.fail(`${what} is one of more than ${MOST_ARRAYS} lists`);
  }

  /** Returns where `length` bytes start and moves past them. */
  #take(length: number): number {
    const start = this.position;
    const end = start + length;
    if (end > this.#fileSize) {
      throw new EngineError(
        'load-failed',
        `${this.#name} is truncated or damaged: its header asks for bytes up to ${end}, but the file ends at ${this.#fileSize}; download the file again.`,
      );
    }
    if (end > this.#bytes.byteLength) throw new MoreBytesNeeded(end);
    this.position = end;
    return start;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  i8(): number {
    return this.#view.getInt8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  i16(): number {
    return this.#view.getInt16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  i32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  f32(): number {
    return this.#view.getFloat32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  /** An unsigned 64-bit integer: a number up to 2^53 - 1, a bigint beyond. */
  u64(): number | bigint {
    const value = this.#view.getBigUint64(this.#take(8), true);
    return value <= BIGGEST ? Number(value) : value;
  }

  /** A signed 64-bit integer: a number between plus and minus 2^53 - 1, a bigint beyond. */
  i64(): number | bigint {
    const value = this.#view.getBigInt64(this.#take(8), true);
    return value <= BIGGEST && value >= -BIGGEST ? Number(value) : value;
  }

  /** A count, length or offset: an unsigned 64-bit integer that must be below 2^53. */
  size(what: string): number {
    const start = this.#take(8);
    const value = this.#view.getUint32(start, true) + this.#view.getUint32(start + 4, true) * 2 ** 32;
    if (!Number.isSafeInteger(value)) {
      this.position = start;
      throw this.fail(`${what} is ${this.#view.getBigUint64(start, true)}`);
    }
    return value;
  }

  /** A copy of the next bytes, in a buffer of its own. */
  copy(length: number): ArrayBuffer {
    const start = this.#take(length);
    return new Uint8Array(this.#bytes.subarray(start, start + length)).buffer;
  }

  string(what: string): string {
    const length = this.size(what);
    const start = this.#take(length);
    return this.#decoder.decode(this.#bytes.subarray(start, start + length));
  }
}
