import { EngineError } from '../errors.ts';
import { shownName } from '../shown.ts';

const LEAST = 32 * 2 ** 20;
const TIMES = 8;
const MOST_ENTRIES = 10_000;

/** What an archive says of an entry before it is unpacked; `originalSize` is in bytes. */
interface ArchiveEntry {
  readonly name: string;
  readonly originalSize: number;
}

/**
 * One limit for all that a ZIP archive unpacks to: 32 MB and 8 times the archive. The entries are shown to it in turn.
 * @param bytes of the archive
 * @throws EngineError `bad-input` at the entry that goes beyond
 */
export function unpackLimit(bytes: number, archive: string): (entry: ArchiveEntry) => void {
  const most = LEAST + TIMES * bytes;
  let total = 0;
  let entries = 0;
  return ({ name, originalSize }) => {
    total += originalSize;
    entries++;
    if (total > most)
      throw new EngineError(
        'bad-input',
        `${shownName(archive)} unpacks to more than ${Math.floor(most / 2 ** 20)} MB at ${shownName(name)}, the limit for an archive of its size; unpack it yourself, or save it without compression.`,
      );
    if (entries > MOST_ENTRIES)
      throw new EngineError(
        'bad-input',
        `${shownName(archive)} holds more than ${MOST_ENTRIES} files; leave out what is not needed.`,
      );
  };
}
