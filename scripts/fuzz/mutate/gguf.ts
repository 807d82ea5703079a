import { changeBytes } from './bytes.ts';
import { type Dice, oneOf, someTimes } from './dice.ts';
import { NASTY_TEXTS } from './nasty.ts';

/** A metadata entry or the description of a tensor: a name, and the bytes behind it. */
interface Part {
  readonly name: Uint8Array;
  readonly rest: Uint8Array;
}

/** A GGUF file taken apart. */
interface Parts {
  readonly version: number;
  readonly entries: readonly Part[];
  readonly tensors: readonly Part[];
  readonly weights: Uint8Array;
}

const STRING = 8;
const ARRAY = 9;
const WIDTHS = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const ALIGNMENT = 32;

const taken = new Map<Uint8Array, Parts>();

function takeApart(bytes: Uint8Array): Parts {
  const known = taken.get(bytes);
  if (known) return known;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 24;
  const u64 = () => {
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  };
  const u32 = () => {
    at += 4;
    return view.getUint32(at - 4, true);
  };
  const skip = (type: number) => {
    if (type === STRING) {
      const length = u64();
      at += length;
    } else if (type !== ARRAY) at += WIDTHS[type]!;
    else {
      const item = u32();
      const count = u64();
      for (let i = 0; i < count; i++) skip(item);
    }
  };
  const part = (skipRest: () => void): Part => {
    const length = u64();
    const name = bytes.subarray(at, at + length);
    at += length;
    const start = at;
    skipRest();
    return { name, rest: bytes.subarray(start, at) };
  };
  const count = (place: number) => Number(view.getBigUint64(place, true));
  const entries = Array.from({ length: count(16) }, () => part(() => skip(u32())));
  const tensors = Array.from({ length: count(8) }, () =>
    part(() => {
      const rank = u32();
      at += 8 * rank + 12;
    }),
  );
  const weights = bytes.subarray(Math.ceil(at / ALIGNMENT) * ALIGNMENT);
  const parts = { version: view.getUint32(4, true), entries, tensors, weights };
  taken.set(bytes, parts);
  return parts;
}

function u64Bytes(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt.asUintN(64, value), true);
  return bytes;
}

function putTogether({ version, entries, tensors, weights }: Parts): Uint8Array {
  const head = new Uint8Array(24);
  head.set(Buffer.from('GGUF'));
  const view = new DataView(head.buffer);
  view.setUint32(4, version, true);
  view.setBigUint64(8, BigInt(tensors.length), true);
  view.setBigUint64(16, BigInt(entries.length), true);
  const parts = [...entries, ...tensors].flatMap(({ name, rest }) => [
    u64Bytes(BigInt(name.length)),
    name,
    rest,
  ]);
  const header = Buffer.concat([head, ...parts]);
  const padding = new Uint8Array(Math.ceil(header.length / ALIGNMENT) * ALIGNMENT - header.length);
  return new Uint8Array(Buffer.concat([header, padding, weights]));
}

const NUMBERS: readonly bigint[] = [
  0n,
  1n,
  2n,
  3n,
  7n,
  255n,
  2n ** 16n,
  2n ** 24n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 53n,
  2n ** 63n,
  -1n,
  -5n,
];

/** A value of any type, with its type number before it. */
function nastyEntry(dice: Dice): Uint8Array {
  const type = dice.below(14);
  const head = new Uint8Array(4);
  new DataView(head.buffer).setUint32(0, type, true);
  const text = () => {
    const bytes = Buffer.from(dice.pick(NASTY_TEXTS));
    return Buffer.concat([u64Bytes(BigInt(bytes.length)), bytes]);
  };
  if (type === STRING) return Buffer.concat([head, text()]);
  if (type !== ARRAY) {
    const float = new Uint8Array(8);
    new DataView(float.buffer).setFloat64(0, dice.pick([Number.NaN, Infinity, -1, 1e300, 0.5]), true);
    return Buffer.concat([
      head,
      (type === 12 ? float : u64Bytes(dice.pick(NUMBERS))).subarray(0, WIDTHS[type] ?? 8),
    ]);
  }
  const item = dice.pick([0, 4, 5, 6, STRING]);
  const count = dice.pick([0, 1, 2, 32, 300]);
  const itemHead = new Uint8Array(4);
  new DataView(itemHead.buffer).setUint32(0, item, true);
  const items = Array.from({ length: count }, () =>
    item === STRING ? text().subarray(0, 5000) : u64Bytes(dice.pick(NUMBERS)).subarray(0, WIDTHS[item]),
  );
  return Buffer.concat([head, itemHead, u64Bytes(BigInt(count)), ...items]);
}

/** The value of an entry, of the same type where it is a number. */
function otherValue(dice: Dice, rest: Uint8Array): Uint8Array {
  const type = rest[0]!;
  const width = WIDTHS[type] ?? 0;
  if (type === STRING && dice.chance(0.7)) {
    const text = Buffer.from(rest.subarray(12)).toString();
    const at = dice.below(text.length + 1);
    const changed = Buffer.from(text.slice(0, at) + dice.pick(NASTY_TEXTS) + text.slice(at + dice.below(9)));
    return Buffer.concat([rest.subarray(0, 4), u64Bytes(BigInt(changed.length)), changed]);
  }
  if (width > 0 && dice.chance(0.8))
    return Buffer.concat([rest.subarray(0, 4), u64Bytes(dice.pick(NUMBERS)).subarray(0, width)]);
  return dice.chance(0.5)
    ? nastyEntry(dice)
    : changeBytes(dice, rest, [rest], [0, Math.min(rest.length, 64)]);
}

/** Other dimensions, type or offset of a tensor. */
function otherTensor(dice: Dice, rest: Uint8Array): Uint8Array {
  const changed = rest.slice();
  const view = new DataView(changed.buffer);
  const last = changed.length;
  oneOf(dice, [
    [
      3,
      () =>
        view.setBigUint64(4 + 8 * dice.below((last - 16) / 8), BigInt.asUintN(64, dice.pick(NUMBERS)), true),
    ],
    [2, () => view.setUint32(last - 12, dice.below(42), true)],
    [2, () => view.setBigUint64(last - 8, BigInt(32 * dice.below(10_000)), true)],
    [1, () => view.setUint32(0, dice.below(6), true)],
  ]);
  return changed;
}

function changePart(
  dice: Dice,
  parts: readonly Part[],
  change: (rest: Uint8Array) => Uint8Array,
): readonly Part[] {
  if (parts.length === 0) return parts;
  const at = dice.below(parts.length);
  const part = parts[at]!;
  return oneOf<readonly Part[]>(dice, [
    [8, () => parts.with(at, { ...part, rest: change(part.rest) })],
    [3, () => parts.toSpliced(at, 1)],
    [1, () => parts.toSpliced(at, 0, part)],
    [1, () => parts.with(at, { ...part, name: Buffer.from(dice.pick(NASTY_TEXTS)) })],
    [1, () => parts.with(at, { ...part, name: dice.pick(parts).name })],
    [1, () => parts.with(at, { ...part, rest: dice.pick(parts).rest })],
    [1, () => parts.slice(0, at)],
  ]);
}

/** A GGUF file with other metadata, other tensors, or other bytes. */
export function changeGguf(dice: Dice, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const parts = takeApart(bytes);
  if (dice.chance(0.3)) {
    const header = bytes.length - parts.weights.length;
    const start = dice.chance(0.5) ? 0 : header - Math.min(header, 4096);
    return changeBytes(dice, bytes, others, [start, Math.min(header, start + 4096)]);
  }
  const changed = someTimes(dice, 4, parts, (each) =>
    oneOf(dice, [
      [5, () => ({ ...each, entries: changePart(dice, each.entries, (rest) => otherValue(dice, rest)) })],
      [3, () => ({ ...each, tensors: changePart(dice, each.tensors, (rest) => otherTensor(dice, rest)) })],
      [1, () => ({ ...each, weights: each.weights.subarray(0, dice.below(each.weights.length)) })],
      [
        1,
        () => {
          const donor = takeApart(dice.pick(others));
          return {
            ...each,
            entries: each.entries.toSpliced(dice.below(each.entries.length), 1, dice.pick(donor.entries)),
          };
        },
      ],
    ]),
  );
  return putTogether(changed);
}
