import type { DescMessage } from '@bufbuild/protobuf';
import { EngineError } from '../../lib/errors.ts';

/** Bytes of memory that a decoded message, a field that the schema does not name, and a 64-bit number take, about. */
const MESSAGE = 500;
const UNKNOWN = 250;
const BIGINT = 48;

/** Memory that decoding may take, with `BYTE_SHARE` times the file. */
const SPARE = 40 * 2 ** 20;
const BYTE_SHARE = 12;

interface FieldKind {
  /** Where the field holds messages. */
  readonly message?: DescMessage;
  readonly isBigint: boolean;
}

/** ScalarType of @bufbuild/protobuf: INT64, UINT64, FIXED64, SFIXED64, SINT64. */
const BIGINTS: ReadonlySet<number> = new Set([3, 4, 6, 16, 18]);

const kinds = new WeakMap<DescMessage, ReadonlyMap<number, FieldKind>>();

function kindsOf(desc: DescMessage): ReadonlyMap<number, FieldKind> {
  const known = kinds.get(desc);
  if (known) return known;
  const found = new Map(
    desc.fields.map((field) => {
      const isBigint = field.fieldKind === 'list' && field.listKind === 'scalar' && BIGINTS.has(field.scalar);
      return [field.number, { message: field.message, isBigint }] as const;
    }),
  );
  kinds.set(desc, found);
  return found;
}

class Truncated extends Error {}

/** Reads varints and skips what they say. */
function wireReader(bytes: Uint8Array) {
  let at = 0;
  return {
    get position() {
      return at;
    },
    varint(): number {
      let value = 0;
      for (let shift = 1; ; shift *= 128) {
        if (at >= bytes.length || shift > 2 ** 63) throw new Truncated();
        const byte = bytes[at++];
        value += (byte & 127) * shift;
        if (byte < 128) return value;
      }
    },
    skip(length: number): void {
      if (at + length > bytes.length) throw new Truncated();
      at += length;
    },
    /** Varints in the next bytes. */
    countVarints(length: number): number {
      let count = 0;
      for (let i = at; i < at + length && i < bytes.length; i++) if (bytes[i] < 128) count++;
      return count;
    },
  };
}

/** Memory that decoding takes, about. Only the structure is looked at: the bytes of weights are stepped over. */
function memoryOf(bytes: Uint8Array, schema: DescMessage, limit: number): number {
  const reader = wireReader(bytes);
  const open = [{ desc: schema, end: bytes.length }];
  let memory = MESSAGE;
  for (let top = open.at(-1); top; top = open.at(-1)) {
    if (memory > limit) return memory;
    if (reader.position >= top.end) {
      open.pop();
      continue;
    }
    const tag = reader.varint();
    const kind = kindsOf(top.desc).get(Math.floor(tag / 8));
    if (!kind) memory += UNKNOWN;
    switch (tag % 8) {
      case 0:
        reader.varint();
        if (kind?.isBigint) memory += BIGINT;
        break;
      case 1:
        reader.skip(8);
        break;
      case 5:
        reader.skip(4);
        break;
      case 2: {
        const length = reader.varint();
        if (kind?.message) {
          memory += MESSAGE;
          open.push({ desc: kind.message, end: reader.position + length });
        } else {
          if (kind?.isBigint) memory += BIGINT * reader.countVarints(length);
          reader.skip(length);
        }
        break;
      }
      default:
        throw new Truncated();
    }
  }
  return memory;
}

/**
 * Looks at a protobuf file's structure before it is decoded: two bytes can stand for an object of hundreds.
 * @throws EngineError `bad-input` where the file is no whole one, or consists of far more parts than a model does
 */
export function checkWire(bytes: Uint8Array, schema: DescMessage): void {
  const limit = SPARE + BYTE_SHARE * bytes.byteLength;
  let memory: number;
  try {
    memory = memoryOf(bytes, schema, limit);
  } catch (cause) {
    if (!(cause instanceof Truncated)) throw cause;
    throw notWhole(cause);
  }
  if (memory > limit)
    throw new EngineError(
      'bad-input',
      'The model file consists of far more parts than a model of its size does; it is damaged, load it again.',
    );
}

/** What is said of a file that is no whole ONNX file. */
export const notWhole = (cause: unknown) =>
  new EngineError(
    'bad-input',
    'The model file is not a whole ONNX file; it may be truncated or damaged, load it again.',
    { cause },
  );
