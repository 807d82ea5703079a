import { type Dice, oneOf, someTimes } from './dice.ts';

/** Bytes that a file may grow to. */
const LARGEST = 2 ** 20;

const INTERESTING: readonly bigint[] = [
  0n,
  1n,
  2n,
  7n,
  8n,
  31n,
  127n,
  128n,
  255n,
  256n,
  32767n,
  65535n,
  65536n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0x100000000n,
  2n ** 40n,
  2n ** 52n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n - 1n,
  2n ** 63n,
  2n ** 64n - 1n,
];

function spliced(bytes: Uint8Array, at: number, gone: number, put: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.length - gone + put.length);
  result.set(bytes.subarray(0, at));
  result.set(put, at);
  result.set(bytes.subarray(at + gone), at + put.length);
  return result;
}

function withNumber(dice: Dice, bytes: Uint8Array, at: number): Uint8Array {
  const width = dice.pick([1, 2, 4, 8]);
  const value = dice.pick(INTERESTING) + BigInt(dice.below(3) - 1);
  const whole = new Uint8Array(8);
  const littleEndian = dice.chance(0.8);
  new DataView(whole.buffer).setBigUint64(0, BigInt.asUintN(64, value), littleEndian);
  const number = littleEndian ? whole.subarray(0, width) : whole.subarray(8 - width);
  const result = bytes.slice();
  result.set(number.subarray(0, Math.max(0, bytes.length - at)), at);
  return result;
}

/** Where a piece of at most `most` bytes lies. */
function piece(dice: Dice, length: number, most: number): [start: number, end: number] {
  const start = dice.below(length);
  return [start, Math.min(length, start + 1 + dice.below(most))];
}

function changeOnce(dice: Dice, bytes: Uint8Array, others: readonly Uint8Array[], from: number, to: number) {
  if (bytes.length === 0) return Uint8Array.of(dice.below(256));
  const end = Math.max(1, Math.min(to, bytes.length));
  const at = Math.min(bytes.length - 1, from + dice.below(Math.max(1, end - from)));
  return oneOf(dice, [
    [
      4,
      () => {
        const result = bytes.slice();
        result[at]! ^= 1 << dice.below(8);
        return result;
      },
    ],
    [
      3,
      () => Uint8Array.from(bytes.with(at, dice.pick([0, 1, 9, 10, 13, 34, 127, 128, 255, dice.below(256)]))),
    ],
    [5, () => withNumber(dice, bytes, at)],
    [2, () => bytes.slice(0, dice.below(bytes.length))],
    [2, () => spliced(bytes, at, Math.min(bytes.length - at, 1 + dice.below(64)), new Uint8Array())],
    [
      2,
      () => {
        const [start, stop] = piece(dice, bytes.length, 256);
        return spliced(bytes, at, 0, bytes.slice(start, stop));
      },
    ],
    [
      1,
      () => {
        const [start, stop] = piece(dice, bytes.length, 64);
        const part = bytes.slice(start, stop);
        const times = Math.min(dice.pick([3, 30, 300, 3000]), Math.floor(LARGEST / part.length));
        const repeated = new Uint8Array(part.length * times);
        for (let i = 0; i < times; i++) repeated.set(part, i * part.length);
        return spliced(bytes, at, 0, repeated);
      },
    ],
    [
      1,
      () => {
        const other = dice.pick(others);
        const [start, stop] = piece(dice, Math.max(1, other.length), 4096);
        return spliced(bytes, at, dice.below(bytes.length - at), other.slice(start, stop));
      },
    ],
  ]);
}

/**
 * Changes bytes: bits, numbers of every width, lengths, what stands where, where it ends.
 * @param others files that pieces are taken from
 * @param focus part of the file that is changed: its header
 */
export function changeBytes(
  dice: Dice,
  bytes: Uint8Array,
  others: readonly Uint8Array[] = [bytes],
  focus: readonly [from: number, to: number] = [0, bytes.length],
): Uint8Array {
  const changed = someTimes(dice, 4, bytes, (each) => changeOnce(dice, each, others, ...focus));
  return changed.length > LARGEST + bytes.length ? changed.slice(0, LARGEST + bytes.length) : changed;
}
