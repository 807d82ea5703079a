import { changeBytes } from './bytes.ts';
import { type Dice, oneOf, someTimes } from './dice.ts';
import { NASTY_TEXTS } from './nasty.ts';

const BYTES = 2;

/** A field as it stands on the wire; `value` of fields with a length is what stands behind it. */
interface Field {
  readonly tag: bigint;
  readonly value: Uint8Array;
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let left = BigInt.asUintN(64, value);
  do {
    bytes.push(Number(left & 127n) | (left > 127n ? 128 : 0));
    left >>= 7n;
  } while (left > 0n);
  return Uint8Array.from(bytes);
}

/** The fields of a message; undefined where the bytes are none. */
function fieldsOf(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  const readVarint = (): bigint | undefined => {
    let value = 0n;
    for (let shift = 0n; shift < 70n && at < bytes.length; shift += 7n) {
      const byte = bytes[at++]!;
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return value;
    }
    return undefined;
  };
  while (at < bytes.length) {
    const tag = readVarint();
    if (tag === undefined || tag >> 3n === 0n || tag > 8000n) return undefined;
    const wire = Number(tag & 7n);
    const start = at;
    let length = 0;
    if (wire === 0) {
      if (readVarint() === undefined) return undefined;
      length = at - start;
      at = start;
    } else if (wire === 1) length = 8;
    else if (wire === 5) length = 4;
    else if (wire === BYTES) length = Number(readVarint() ?? -1n);
    else return undefined;
    if (length < 0 || at + length > bytes.length) return undefined;
    fields.push({ tag, value: bytes.subarray(at, at + length) });
    at += length;
  }
  return fields;
}

function messageOf(fields: readonly Field[]): Uint8Array {
  const parts = fields.flatMap(({ tag, value }) =>
    (tag & 7n) === BigInt(BYTES) ? [varint(tag), varint(BigInt(value.length)), value] : [varint(tag), value],
  );
  return new Uint8Array(Buffer.concat(parts));
}

const NUMBERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  7n,
  16n,
  100n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 53n,
  2n ** 62n,
  -1n,
  -2n,
];

function otherValue(dice: Dice, { tag, value }: Field): Field {
  if ((tag & 7n) === 0n) return { tag, value: varint(dice.pick(NUMBERS)) };
  if ((tag & 7n) !== BigInt(BYTES)) return { tag, value: changeBytes(dice, value).slice(0, value.length) };
  return oneOf(dice, [
    [2, () => ({ tag, value: Buffer.from(dice.pick(NASTY_TEXTS)) })],
    [2, () => ({ tag, value: changeBytes(dice, value) })],
    [1, () => ({ tag, value: new Uint8Array() })],
    [1, () => ({ tag, value: value.subarray(0, dice.below(value.length + 1)) })],
  ]);
}

/** A message inside itself, many times. */
function nested(dice: Dice, tag: bigint): Field {
  let value: Uint8Array = new Uint8Array();
  for (let depth = dice.pick([20, 200, 3000]); depth > 0; depth--)
    value = new Uint8Array(Buffer.concat([varint(tag), varint(BigInt(value.length)), value]));
  return { tag, value };
}

function changeOnce(dice: Dice, bytes: Uint8Array): Uint8Array {
  const fields = fieldsOf(bytes);
  if (!fields || fields.length === 0) return changeBytes(dice, bytes);
  const at = dice.below(fields.length);
  const field = fields[at]!;
  const isInner = (field.tag & 7n) === BigInt(BYTES) && field.value.length < 100_000;
  if (isInner && dice.chance(0.8) && fieldsOf(field.value)?.length)
    return messageOf(fields.with(at, { ...field, value: changeOnce(dice, field.value) }));
  return messageOf(
    oneOf<readonly Field[]>(dice, [
      [6, () => fields.with(at, otherValue(dice, field))],
      [3, () => fields.toSpliced(at, 1)],
      [2, () => fields.toSpliced(at, 0, field)],
      [1, () => fields.with(at, { tag: dice.pick(fields).tag, value: field.value })],
      [1, () => fields.with(at, dice.pick(fields))],
      [1, () => fields.slice(0, at)],
      [
        1,
        () => {
          const times = Math.min(dice.pick([10, 1000]), Math.ceil(300_000 / (field.value.length + 1)));
          return fields.toSpliced(at, 0, ...Array.from({ length: times }, () => field));
        },
      ],
      [1, () => fields.with(at, nested(dice, field.tag))],
    ]),
  );
}

/** A protobuf message in which fields, on any level, have other values, are left out, come twice or nest without end. */
export function changeMessage(dice: Dice, bytes: Uint8Array): Uint8Array {
  if (dice.chance(0.15)) return changeBytes(dice, bytes);
  return someTimes(dice, 4, bytes, (each) => changeOnce(dice, each));
}
