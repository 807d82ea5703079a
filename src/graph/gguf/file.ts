import type { ByteSource } from '../../lib/bytes/source.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { HeaderReader, MoreBytesNeeded } from './header-reader.ts';
import { joinParts } from './split.ts';
import {
  BLOCK_LAYOUTS,
  GGML_TYPE_NAMES,
  type GgufFile,
  type GgufTensor,
  type GgufValue,
  isSupportedType,
} from './types.ts';
import { optionalNumber, readValue } from './values.ts';

const MAGIC = 'GGUF';
const FIRST_READ = 1 << 20;
const LONGEST_HEADER = 256 * 2 ** 20;
const DEFAULT_ALIGNMENT = 32;
const MOST_DIMENSIONS = 4;
/** Bytes of the smallest metadata entry: empty key, type, one byte. */
const SMALLEST_ENTRY = 13;
/** Bytes of the smallest tensor description: empty name, one dimension, type, offset. */
const SMALLEST_TENSOR = 32;

/** What a file is that is no GGUF file, by its first bytes. */
function describeForeign(start: Uint8Array): string {
  const text = String.fromCharCode(...start.subarray(0, 64));
  const trimmed = text.trimStart().toLowerCase();
  if (trimmed.startsWith('version https://git-lfs')) {
    return 'a Git LFS pointer instead of the file it stands for; fetch it with "git lfs pull" or download it from the web page';
  }
  if (trimmed.startsWith('<')) {
    return 'a web page (HTML) instead of a model; download the file itself, not the page that shows it';
  }
  if (text.startsWith('\x1f\x8b')) return 'a gzip archive; unpack it and open the GGUF file inside';
  if (text.startsWith('PK')) return 'a zip archive; unpack it and open the GGUF file inside';
  if (/^(lmgg|tjgg|fmgg|algg)/.test(text)) return 'an older ggml file; convert it to GGUF with llama.cpp';
  if (/^.{8}\{"/s.test(text)) return 'a safetensors file; convert it to GGUF with llama.cpp';
  return `something else (its first bytes are not "${MAGIC}"); choose a file that ends in .gguf`;
}

function checkStart(start: Uint8Array, source: ByteSource): void {
  if (source.size === 0) {
    throw new EngineError('load-failed', `${source.name} is empty; download the file again.`);
  }
  if (String.fromCharCode(...start.subarray(0, 4)) !== MAGIC) {
    throw new EngineError(
      'unsupported-model',
      `${source.name} is no GGUF file but ${describeForeign(start)}.`,
    );
  }
}

function checkVersion(version: number, name: string): void {
  if (version === 2 || version === 3) return;
  const bigEndian = version !== 0 && (version & 0xffff) === 0;
  throw new EngineError(
    'unsupported-model',
    bigEndian
      ? `${name} is a big-endian GGUF file, which is not supported; choose the little-endian one of this model.`
      : `${name} is of GGUF version ${version}; versions 2 and 3 are supported, so choose a newer conversion of this model.`,
  );
}

function readMetadata(reader: HeaderReader, count: number): Map<string, GgufValue> {
  const metadata = new Map<string, GgufValue>();
  for (let i = 0; i < count; i++) {
    const key = reader.string('the length of a metadata key');
    if (metadata.has(key)) throw reader.fail(`the metadata entry ${shownName(key)} comes twice`);
    metadata.set(key, readValue(reader, reader.u32(), `the metadata entry ${shownName(key)}`));
  }
  return metadata;
}

function readTensor(reader: HeaderReader): GgufTensor {
  const name = reader.string('the length of a tensor name');
  const shown = shownName(name);
  const rank = reader.u32();
  if (rank < 1 || rank > MOST_DIMENSIONS) throw reader.fail(`tensor ${shown} has ${rank} dimensions`);
  const dims: number[] = [];
  for (let i = 0; i < rank; i++) dims.push(reader.size(`a dimension of tensor ${shown}`));
  const elements = dims.reduce((product, dim) => product * dim, 1);
  if (!(elements > 0 && Number.isSafeInteger(elements))) {
    throw reader.fail(`tensor ${shown} has the shape ${dims.join(' x ')}`);
  }
  const typeNumber = reader.u32();
  const type = GGML_TYPE_NAMES.get(typeNumber) ?? `number ${typeNumber}`;
  if (!isSupportedType(type)) {
    throw new EngineError(
      'unsupported-model',
      `Type ${type} of tensor ${shown} is not supported; choose a file whose tensors are of the types ${Object.keys(BLOCK_LAYOUTS).join(', ')}.`,
    );
  }
  const layout = BLOCK_LAYOUTS[type];
  if (dims[0] % layout.elements !== 0) {
    throw reader.fail(
      `the rows of tensor ${shown} have ${dims[0]} weights, no multiple of ${type}'s ${layout.elements}`,
    );
  }
  const byteLength = (elements / layout.elements) * layout.bytes;
  return { name, dims, type, offset: reader.size(`the offset of tensor ${shown}`), byteLength };
}

function readTensors(reader: HeaderReader, count: number): Map<string, GgufTensor> {
  const tensors = new Map<string, GgufTensor>();
  for (let i = 0; i < count; i++) {
    const tensor = readTensor(reader);
    if (tensors.has(tensor.name)) throw reader.fail(`tensor ${shownName(tensor.name)} comes twice`);
    tensors.set(tensor.name, tensor);
  }
  return tensors;
}

/** Moves the offsets, which count from the start of the weights, to the start of the file, and checks them. */
function placeTensors(file: GgufFile, headerEnd: number): Map<string, GgufTensor> {
  const { name: fileName, size } = file.source;
  const alignment = optionalNumber(file, 'general.alignment') ?? DEFAULT_ALIGNMENT;
  if (
    !(
      Number.isInteger(alignment) &&
      alignment >= 1 &&
      alignment <= 2 ** 30 &&
      Number.isInteger(Math.log2(alignment))
    )
  ) {
    throw new EngineError(
      'load-failed',
      `${fileName} is damaged: general.alignment is ${alignment}, no power of two; download the file again.`,
    );
  }
  const start = Math.ceil(headerEnd / alignment) * alignment;
  const placed = new Map<string, GgufTensor>();
  for (const tensor of file.tensors.values()) {
    const offset = start + tensor.offset;
    if (tensor.offset % alignment !== 0) {
      throw new EngineError(
        'load-failed',
        `${fileName} is damaged: tensor ${shownName(tensor.name)} starts at ${tensor.offset}, no multiple of ${alignment}; download the file again.`,
      );
    }
    if (offset + tensor.byteLength > size) {
      throw new EngineError(
        'load-failed',
        `${fileName} is truncated or damaged: tensor ${shownName(tensor.name)} ends at byte ${offset + tensor.byteLength}, but the file at ${size}; download the file again.`,
      );
    }
    placed.set(tensor.name, { ...tensor, offset });
  }
  checkApart([...placed.values()], fileName);
  return placed;
}

/** Refuses tensors that share bytes: a small file could ask for any amount of memory by them. */
function checkApart(tensors: readonly GgufTensor[], fileName: string): void {
  const inOrder = tensors.toSorted((a, b) => a.offset - b.offset);
  for (const [at, tensor] of inOrder.entries()) {
    const next = inOrder[at + 1];
    if (next && tensor.offset + tensor.byteLength > next.offset) {
      throw new EngineError(
        'load-failed',
        `${fileName} is damaged: the tensors ${shownName(tensor.name)} and ${shownName(next.name)} overlap; download the file again.`,
      );
    }
  }
}

function parseHeader(start: Uint8Array, source: ByteSource): GgufFile {
  const reader = new HeaderReader(start, source.name, source.size);
  reader.u32();
  const version = reader.u32();
  checkVersion(version, source.name);
  const tensorCount = reader.size('the number of tensors');
  const entryCount = reader.size('the number of metadata entries');
  reader.checkCount(entryCount, SMALLEST_ENTRY, 'the metadata');
  const metadata = readMetadata(reader, entryCount);
  reader.checkCount(tensorCount, SMALLEST_TENSOR, 'the list of tensors');
  const tensors = readTensors(reader, tensorCount);
  const file: GgufFile = { version, metadata, tensors, source };
  return { ...file, tensors: placeTensors(file, reader.position) };
}

async function readStart(source: ByteSource, length: number): Promise<Uint8Array> {
  try {
    return await source.read(0, length);
  } catch (cause) {
    throw new EngineError('load-failed', `${source.name} could not be read; open it again.`, { cause });
  }
}

async function readOne(source: ByteSource): Promise<GgufFile> {
  let length = Math.min(source.size, FIRST_READ);
  for (;;) {
    const start = await readStart(source, length);
    checkStart(start, source);
    try {
      return parseHeader(start, source);
    } catch (error) {
      if (!(error instanceof MoreBytesNeeded)) throw error;
      if (error.length > LONGEST_HEADER) {
        throw new EngineError(
          'load-failed',
          `${source.name} is damaged: its header would be longer than ${LONGEST_HEADER} bytes; download the file again.`,
        );
      }
      length = Math.min(source.size, Math.max(4 * length, error.length));
    }
  }
}

/**
 * Reads the header of a GGUF file (versions 2 and 3, little-endian): metadata and the tensors' places. The weights are
 * not read. A model that is split into several files is given as all of them, in any order, and reads as one.
 * Throws EngineError: 'unsupported-model' for other formats, versions and tensor types, 'load-failed' for a truncated
 * or damaged file and for missing parts.
 */
export async function readGguf(source: ByteSource | readonly ByteSource[]): Promise<GgufFile> {
  const sources = [source].flat();
  if (sources.length === 0)
    throw new EngineError('load-failed', 'There is no GGUF file to read; choose one.');
  const files = await Promise.all(sources.map(readOne));
  return joinParts(files);
}
