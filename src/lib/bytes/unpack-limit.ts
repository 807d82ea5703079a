import { type Unzipped, unzipSync } from 'fflate';
import { EngineError } from '../errors.ts';
import { shownName } from '../shown.ts';
import { crc32 } from './checksum.ts';
import { readingMemory } from './reading-budget.ts';

const MOST_ENTRIES = 10_000;

/** What an archive says of an entry before it is unpacked; both sizes are in bytes, packed and unpacked. */
interface ArchiveEntry {
  readonly name: string;
  readonly size: number;
  readonly originalSize: number;
}

/**
 * One limit for all that a ZIP archive unpacks to. The entries are shown to it in turn.
 * @param most bytes
 * @throws EngineError `bad-input` at the entry that goes beyond
 */
function unpackLimit(most: number, archive: string): (entry: ArchiveEntry) => void {
  let total = 0;
  let entries = 0;
  return ({ name, size, originalSize }) => {
    // Entries that are stored are copied at their packed size, whatever their other size is said to be.
    total += Math.max(size, originalSize);
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

const END_OF_DIRECTORY = 0x06054b50;
const DIRECTORY_ENTRY = 0x02014b50;
const END_LENGTH = 22;
const ENTRY_LENGTH = 46;

/** Checksums of an archive's entries by name, as its directory gives them. */
function checksums(bytes: Uint8Array): Map<string, string> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const found = new Map<string, string>();
  let end = bytes.length - END_LENGTH;
  while (end > 0 && view.getUint32(end, true) !== END_OF_DIRECTORY) end--;
  const decoder = new TextDecoder();
  for (
    let at = view.getUint32(end + 16, true);
    at + ENTRY_LENGTH <= end && view.getUint32(at, true) === DIRECTORY_ENTRY;
  ) {
    const nameLength = view.getUint16(at + 28, true);
    const name = decoder.decode(bytes.subarray(at + ENTRY_LENGTH, at + ENTRY_LENGTH + nameLength));
    found.set(
      name,
      view
        .getUint32(at + 16, true)
        .toString(16)
        .padStart(8, '0'),
    );
    at += ENTRY_LENGTH + nameLength + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return found;
}

/**
 * Unpacks the entries of a ZIP archive that are wanted, within the limit for all of them; an entry that does not have the
 * checksum and so the size that the archive says is refused.
 * @param share of the memory that reading a file may take, for what is unpacked
 * @throws EngineError `bad-input` where the limit is passed, or the archive is damaged
 */
export function unzipWithin(
  bytes: Uint8Array,
  archive: string,
  share: number,
  isWanted: (name: string) => boolean = () => true,
): Unzipped {
  const check = unpackLimit(share * readingMemory(bytes.length), archive);
  try {
    const unpacked = unzipSync(bytes, {
      filter(entry) {
        if (!isWanted(entry.name)) return false;
        check(entry);
        return true;
      },
    });
    const sums = checksums(bytes);
    for (const [name, content] of Object.entries(unpacked)) {
      const said = sums.get(name);
      if (said !== undefined && said !== crc32(content))
        throw new EngineError(
          'bad-input',
          `${shownName(archive)} is damaged: ${shownName(name)} does not have the size and checksum that the archive says; save it again.`,
        );
    }
    return unpacked;
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    throw new EngineError(
      'bad-input',
      `${shownName(archive)} cannot be read: it is no ZIP archive, or is damaged or cut short; save it again.`,
      { cause },
    );
  }
}
