/** Levels of structures within each other that Parquet's descriptions have at most. */
const DEEPEST = 32;
/** Bytes of a whole number of 64 bits at most. */
const NUMBER_BYTES = 10;

/** Reads what bounds the work of a decoder, and refuses what would make it endless. */
export class BoundedReader {
  offset: number;
  readonly view: DataView;

  constructor(view: DataView, offset = 0) {
    this.view = view;
    this.offset = offset;
  }

  byte(): number {
    return this.view.getUint8(this.offset++);
  }

  skip(bytes: number): void {
    if (!(bytes >= 0) || this.offset + bytes > this.view.byteLength)
      throw new Error('a value goes beyond its end');
    this.offset += bytes;
  }

  /** A whole number without sign, 7 bits a byte; beyond 2^53 it is not exact. */
  number(): number {
    let value = 0;
    for (let at = 0; at < NUMBER_BYTES; at++) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * at);
      if (byte < 0x80) return value;
    }
    throw new Error('a number is longer than 64 bits');
  }
}

function skipElement(reader: BoundedReader, type: number, depth: number): void {
  if (type === 1 || type === 2) return;
  if (type === 3) reader.skip(1);
  else if (type >= 4 && type <= 6) reader.number();
  else if (type === 7) reader.skip(8);
  else if (type === 8) reader.skip(reader.number());
  else if (type === 9) {
    const head = reader.byte();
    const count = head >> 4 === 15 ? reader.number() : head >> 4;
    const inner = head & 15;
    if (count > reader.view.byteLength - reader.offset) throw new Error('a list is longer than the file');
    for (let at = 0; at < count; at++) {
      if (inner === 1 || inner === 2) reader.skip(1);
      else skipElement(reader, inner, depth);
    }
  } else if (type === 12) skipStruct(reader, depth + 1);
  else throw new Error(`a description has a value of the unknown type ${type}`);
}

/**
 * Passes over a structure of Thrift's compact protocol, in which Parquet describes itself, and leaves the reader behind
 * it.
 * @throws Error where it is nested without end, or holds a number that would take time without end
 */
export function skipStruct(reader: BoundedReader, depth = 0): void {
  if (depth > DEEPEST) throw new Error('a description is nested too deeply');
  for (;;) {
    const head = reader.byte();
    const type = head & 15;
    if (type === 0) return;
    if (head >> 4 === 0) reader.number();
    skipElement(reader, type, depth);
  }
}
