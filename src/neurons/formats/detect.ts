import {
  encodingNotice,
  encodingOfBytes,
  encodingOfStart,
  textPieces,
} from '../../lib/bytes/text-encoding.ts';
import { refuse } from './found.ts';
import { isNpy } from './npy.ts';

export type SetFileKind = 'text' | 'npy' | 'npz';

const megabyte = 2 ** 20;

/** Bytes that a file may have: of text as of the program's own sets, of NumPy arrays 30 million coefficients. */
export const largestFile: Readonly<Record<SetFileKind, number>> = {
  text: 16 * megabyte,
  npy: 256 * megabyte,
  npz: 256 * megabyte,
};

/** First bytes that are enough to tell the kind of a file. */
export const headLength = 16;

const startsWith = (bytes: Uint8Array, start: readonly number[]) =>
  start.every((byte, i) => bytes[i] === byte);

/** A pickle, also compressed as joblib does (zlib, gzip, bz2, xz, lz4). */
function isPickle(bytes: Uint8Array, fileName: string): boolean {
  return (
    /\.(pkl|pickle|joblib|sav|p)(\.(gz|z|bz2|xz|lzma|lz4))?$/i.test(fileName) ||
    (bytes[0] === 0x80 && bytes[1] <= 5)
  );
}

/** The name of a file where it can stand in a command line as it is. */
function plainFileName(fileName: string): string {
  return /^[\w.-]+$/.test(fileName) && !fileName.startsWith('-') ? fileName : 'detector.pkl';
}

function refusePickle(fileName: string): never {
  const name = plainFileName(fileName);
  const target = `${name.replace(/(\.\w+)+$/, '')}.npz`;
  return refuse(
    fileName,
    `is a Python pickle, which is a program and not opened here; export its coefficients with: python -c "import joblib, numpy; m = joblib.load('${name}'); numpy.savez('${target}', coef=m.coef_, intercept=m.intercept_)" and open ${target}.`,
  );
}

/**
 * Tells by its first bytes, and for pickles by its name, what a file is.
 * @throws EngineError 'bad-input' for a pickle, with the line of Python that exports it, and for other binary files
 */
export function kindOfFile(head: Uint8Array, fileName: string): SetFileKind {
  if (isNpy(head)) return 'npy';
  if (startsWith(head, [0x50, 0x4b, 3, 4]) || startsWith(head, [0x50, 0x4b, 5, 6])) return 'npz';
  if (isPickle(head, fileName)) return refusePickle(fileName);
  if (encodingOfStart(head) === 'utf-8' && head.subarray(0, headLength).includes(0))
    refuse(fileName, 'is neither text nor a NumPy file; open a set as JSON, CSV, TSV, .npy or .npz.');
  return 'text';
}

/** The text of a file, and what a person should know of its encoding. */
export function textOf(
  bytes: Uint8Array,
  fileName: string,
): { readonly text: string; readonly notice?: string } {
  const encoding = encodingOfBytes(bytes);
  try {
    return { text: textPieces(encoding).decode(bytes), notice: encodingNotice(encoding, fileName) };
  } catch (error) {
    return refuse(fileName, 'is not text in UTF-8; save it again in UTF-8.', error);
  }
}
