import type { ByteSource } from '../../lib/bytes/source.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import type { GgufFile, GgufTensor } from './types.ts';
import { optionalNumber } from './values.ts';

const PART_NAME = /-(\d{5})-of-(\d{5})(?=\.gguf$)/i;

/**
 * Names of all files of a model that is split into several, in order, from the name of one of them
 * (`model-00001-of-00003.gguf`, with any folder or address before it); undefined for names of another form.
 */
export function splitNames(name: string): string[] | undefined {
  const count = PART_NAME.exec(name)?.[2];
  if (count === undefined || Number(count) === 0) return undefined;
  return Array.from({ length: Number(count) }, (_, at) =>
    name.replace(PART_NAME, `-${String(at + 1).padStart(5, '0')}-of-${count}`),
  );
}

/** Files one after another as one. A range may go over from one into the next. */
function joinSources(parts: readonly ByteSource[]): ByteSource {
  const name = parts[0].name.replace(PART_NAME, '');
  const starts: number[] = [];
  let size = 0;
  for (const part of parts) {
    starts.push(size);
    size += part.size;
  }
  return {
    name,
    size,
    async read(offset, length) {
      const end = offset + length;
      if (!(offset >= 0 && length >= 0 && end <= size))
        throw new RangeError(`${name}: bytes ${offset} to ${end} were asked for, but there are ${size}.`);
      const touched = parts.flatMap((part, at) => {
        const from = Math.max(0, offset - starts[at]);
        const to = Math.min(part.size, end - starts[at]);
        return to > from ? [{ part, from, to, at: starts[at] + from - offset }] : [];
      });
      const pieces = await Promise.all(touched.map(({ part, from, to }) => part.read(from, to - from)));
      if (pieces.length === 1) return pieces[0];
      const bytes = new Uint8Array(length);
      for (const [at, piece] of pieces.entries()) bytes.set(piece, touched[at].at);
      return bytes;
    },
  };
}

/** Files that the form of their names has numbers for. */
const MOST_FILES = 99999;
/** Missing files that are named one by one. */
const MOST_NAMED = 5;

interface Part {
  readonly file: GgufFile;
  readonly number: number;
  readonly count: number;
}

function partOf(file: GgufFile): Part {
  const count = optionalNumber(file, 'split.count') ?? 1;
  const number = optionalNumber(file, 'split.no') ?? 0;
  const isCount = Number.isInteger(count) && count >= 0 && count <= MOST_FILES;
  const isNumber = Number.isInteger(number) && number >= 0 && number < Math.max(1, count);
  if (!isCount || !isNumber) {
    throw new EngineError(
      'load-failed',
      `${file.source.name} is damaged: split.count is ${count} and split.no ${number}; download the file again.`,
    );
  }
  return { file, number, count };
}

function checkComplete(parts: readonly Part[]): void {
  const [{ file, count }] = parts;
  const found = new Set(parts.map(({ number }) => number));
  const missing = Array.from({ length: count }, (_, at) => at).filter((at) => !found.has(at));
  if (missing.length > 0) {
    const named = missing.map((at) => at + 1).join(', ');
    const others =
      missing.length > MOST_NAMED
        ? `the ${missing.length} others`
        : `${missing.length === 1 ? 'file' : 'files'} ${named}`;
    throw new EngineError(
      'load-failed',
      `${file.source.name} is one of ${count} files of a model; open it together with ${others}.`,
    );
  }
  if (parts.length !== count || parts.some((part) => part.count !== count)) {
    throw new EngineError(
      'load-failed',
      `${parts.map((part) => part.file.source.name).join(', ')} are not the files of one model; open those of one model only.`,
    );
  }
}

/**
 * One file from all files of a split model, in any order: the metadata of the first, the tensors of all. A single file
 * that is no part of anything stays as it is.
 * @throws EngineError `load-failed` where files are missing or belong to different models
 */
export function joinParts(files: readonly GgufFile[]): GgufFile {
  const parts = files.map(partOf).sort((a, b) => a.number - b.number);
  const [{ file: first, count }] = parts;
  if (files.length === 1 && count <= 1) return first;
  checkComplete(parts);
  const tensors = new Map<string, GgufTensor>();
  let start = 0;
  for (const { file } of parts) {
    for (const tensor of file.tensors.values()) {
      if (tensors.has(tensor.name)) {
        throw new EngineError(
          'load-failed',
          `${file.source.name} has the tensor ${shownName(tensor.name)}, which another file of the model has, too; download them again.`,
        );
      }
      tensors.set(tensor.name, { ...tensor, offset: start + tensor.offset });
    }
    start += file.source.size;
  }
  const expected = optionalNumber(first, 'split.tensors.count') ?? tensors.size;
  if (tensors.size !== expected) {
    throw new EngineError(
      'load-failed',
      `${first.source.name} and its other files hold ${tensors.size} tensors instead of ${expected}; download them again.`,
    );
  }
  return { ...first, tensors, source: joinSources(parts.map(({ file }) => file.source)) };
}
