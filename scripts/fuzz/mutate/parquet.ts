import { changeBytes } from './bytes.ts';
import { type Dice, oneOf } from './dice.ts';

/** Bytes behind the footer: its length and the letters "PAR1". */
const TAIL = 8;

/** A Parquet file in which the footer, a page or any bytes are others. */
export function changeParquet(dice: Dice, bytes: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const footer = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.length - TAIL, true);
  const start = Math.max(0, bytes.length - TAIL - footer);
  return oneOf(dice, [
    [6, () => inFooter(dice, bytes, start)],
    [2, () => changeBytes(dice, bytes, others, [4, start])],
    [1, () => changeBytes(dice, bytes, others, [start, bytes.length])],
    [1, () => changeBytes(dice, bytes, others)],
  ]);
}

/** Changes the footer and writes its new length behind it. */
function inFooter(dice: Dice, bytes: Uint8Array, start: number): Uint8Array {
  const footer = changeBytes(dice, bytes.slice(start, bytes.length - TAIL));
  const changed = new Uint8Array(start + footer.length + TAIL);
  changed.set(bytes.subarray(0, start));
  changed.set(footer, start);
  new DataView(changed.buffer).setUint32(start + footer.length, footer.length, true);
  changed.set(bytes.subarray(bytes.length - 4), start + footer.length + 4);
  return changed;
}
