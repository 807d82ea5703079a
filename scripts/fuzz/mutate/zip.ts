import { unzipSync, zipSync } from 'fflate';
import { type Dice, oneOf } from './dice.ts';
import { NASTY_TEXTS } from './nasty.ts';

/** The earliest date of a ZIP archive: the same dice give the same bytes. */
const mtime = new Date(1980, 0, 1);

/** fflate cannot pack an entry of this name, but archives may have one. */
const PROTOTYPE = '__proto__';
const STAND_IN = '_-proto-_';

/** An archive in which the stand-in has its real name. */
function named(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes);
  for (let at = text.indexOf(STAND_IN); at >= 0; at = text.indexOf(STAND_IN, at)) text.write(PROTOTYPE, at);
  return new Uint8Array(text);
}

const contents = new Map<Uint8Array, Record<string, Uint8Array>>();

function entriesOf(bytes: Uint8Array): Record<string, Uint8Array> {
  const known = contents.get(bytes);
  if (known) return known;
  const entries = unzipSync(bytes);
  contents.set(bytes, entries);
  return entries;
}

let packedBomb: Uint8Array | undefined;

/** An archive of 80 kB whose one entry unpacks to 80 MB. */
function bombArchive(name: string): Uint8Array {
  packedBomb ??= zipSync({ [name]: new Uint8Array(8e7) }, { mtime, level: 1 });
  return packedBomb;
}

/** Says another size of an entry, in its local header or in the directory, than it has. */
function withSize(dice: Dice, bytes: Uint8Array): Uint8Array {
  const signature = dice.pick([0x04034b50, 0x02014b50]);
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  const places = Array.from({ length: Math.max(0, bytes.length - 46) }, (_, i) => i).filter(
    (i) => view.getUint32(i, true) === signature,
  );
  if (places.length === 0) return changed;
  const at = dice.pick(places) + (signature === 0x04034b50 ? 14 : 16) + 4 * dice.below(3);
  view.setUint32(at, dice.pick([0, 1, 0x7fffffff, 0xffffffff, 2 ** 28, dice.below(2 ** 32)]), true);
  return changed;
}

/**
 * An archive whose entries are others, are named otherwise, come twice, lie about their size or unpack to very much.
 * @param changeEntry makes another content of an entry
 */
export function changeZip(
  dice: Dice,
  bytes: Uint8Array,
  changeEntry: (content: Uint8Array, name: string) => Uint8Array,
): Uint8Array {
  const entries = Object.entries(entriesOf(bytes));
  if (entries.length === 0) return bytes;
  const [name, content] = dice.pick(entries);
  const level = dice.pick([0, 1] as const);
  const pack = (files: readonly (readonly [string, Uint8Array])[]) =>
    named(
      zipSync(Object.fromEntries(files.map(([each, file]) => [each === PROTOTYPE ? STAND_IN : each, file])), {
        mtime,
        level,
      }),
    );
  const others = entries.filter(([each]) => each !== name);
  return oneOf(dice, [
    [16, () => pack(entries.map(([each, old]) => [each, each === name ? changeEntry(old, name) : old]))],
    [2, () => pack([...others, [dice.pick(NASTY_TEXTS) || 'empty', content]])],
    [2, () => pack(others)],
    [2, () => pack([...entries, [`folder/${name}`, content]])],
    [1, () => pack(Array.from({ length: 300 }, (_, i) => [`${i}.txt`, new Uint8Array(i % 3)]))],
    [4, () => withSize(dice, bytes)],
    [1, () => (dice.chance(0.1) ? bombArchive(name) : withSize(dice, bytes))],
  ]);
}
