import { changeBytes } from './bytes.ts';
import { type Dice, oneOf } from './dice.ts';
import { NASTY_NUMBERS } from './nasty.ts';

/** Bytes before the length of the header. */
const START = 8;

function withHeader(bytes: Uint8Array, change: (header: string) => string): Uint8Array {
  const long = bytes[6] !== 1;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const begin = START + (long ? 4 : 2);
  if (bytes.length < begin) return bytes;
  const end = Math.min(
    bytes.length,
    begin + (long ? view.getUint32(START, true) : view.getUint16(START, true)),
  );
  const header = Buffer.from(change(Buffer.from(bytes.subarray(begin, end)).toString('latin1')), 'latin1');
  const changed = new Uint8Array(begin + header.length + bytes.length - end);
  changed.set(bytes.subarray(0, begin));
  changed.set(header, begin);
  changed.set(bytes.subarray(end), begin + header.length);
  const lengths = new DataView(changed.buffer);
  if (long) lengths.setUint32(START, header.length, true);
  else lengths.setUint16(START, header.length, true);
  return changed;
}

/** A .npy file whose header (type, order, shape) or bytes are others. */
export function changeNpy(dice: Dice, bytes: Uint8Array): Uint8Array {
  const shape = () =>
    `(${Array.from({ length: dice.below(5) }, () => dice.pick(NASTY_NUMBERS)).join(', ')}${dice.pick(['', ','])})`;
  return oneOf(dice, [
    [4, () => changeBytes(dice, bytes, [bytes], [0, 128])],
    [1, () => changeBytes(dice, bytes)],
    [3, () => withHeader(bytes, (header) => header.replace(/\([^)]*\)/, shape))],
    [
      2,
      () => {
        const type = dice.pick([
          '<f8',
          '>f8',
          '<f2',
          '<i8',
          '|b1',
          '|O',
          '<c16',
          '<U9999999',
          'f',
          '',
          '<f8\x1b[0m',
          "', '",
        ]);
        return withHeader(bytes, (header) => header.replace(/'[<>|]\w+'/, `'${type}'`));
      },
    ],
    [
      1,
      () => withHeader(bytes, (header) => header.replace(/False|True/, dice.pick(['True', 'None', '1', '']))),
    ],
    [1, () => withHeader(bytes, (header) => header.slice(0, dice.below(header.length)))],
    [
      1,
      () => withHeader(bytes, () => dice.pick(['{', '{}', '(', "{'a': ".repeat(5000), '('.repeat(60_000)])),
    ],
  ]);
}
