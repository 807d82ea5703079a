import { createReadStream, createWriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { PassThrough, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createInflateRaw } from 'node:zlib';

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const LOCAL = 0x04034b50;
const END_SIZE = 22;
const LOCAL_SIZE = 30;

/** @typedef {{ method: number, compressedSize: number, size: number, localOffset: number }} ZipEntry */

/**
 * Finds a member in a zip archive's central directory (APPNOTE.TXT 4.3.12; no Zip64, no encryption).
 * @param {import('node:fs/promises').FileHandle} file
 * @param {string} member
 * @returns {Promise<ZipEntry>}
 */
async function findEntry(file, member) {
  const { size: fileSize } = await file.stat();
  const tailSize = Math.min(fileSize, END_SIZE + 0xffff);
  const tail = await readAt(file, fileSize - tailSize, tailSize);
  let end = tailSize - END_SIZE;
  while (end >= 0 && tail.readUInt32LE(end) !== END) end--;
  if (end < 0) throw new Error('not a zip archive');
  const directory = await readAt(file, tail.readUInt32LE(end + 16), tail.readUInt32LE(end + 12));
  let at = 0;
  while (at + 46 <= directory.length && directory.readUInt32LE(at) === ENTRY) {
    const nameEnd = at + 46 + directory.readUInt16LE(at + 28);
    if (directory.toString('utf8', at + 46, nameEnd) === member) {
      return {
        method: directory.readUInt16LE(at + 10),
        compressedSize: directory.readUInt32LE(at + 20),
        size: directory.readUInt32LE(at + 24),
        localOffset: directory.readUInt32LE(at + 42),
      };
    }
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  throw new Error(`the archive has no member ${member}`);
}

/**
 * Writes one stored or deflated member of a zip archive to a file, streaming.
 * @param {string} archive path
 * @param {string} member name in the archive
 * @param {string} target path
 * @param {(chunk: Buffer) => void} onChunk sees every piece of the member, in order
 * @returns {Promise<void>}
 */
export async function extractMember(archive, member, target, onChunk) {
  const file = await open(archive, 'r');
  try {
    const entry = await findEntry(file, member);
    if (entry.method !== 0 && entry.method !== 8)
      throw new Error(`${member} uses zip method ${entry.method}`);
    const local = await readAt(file, entry.localOffset, LOCAL_SIZE);
    if (local.readUInt32LE(0) !== LOCAL) throw new Error(`the header of ${member} is damaged`);
    const start = entry.localOffset + LOCAL_SIZE + local.readUInt16LE(26) + local.readUInt16LE(28);
    let written = 0;
    const watch = new Transform({
      transform(chunk, _encoding, done) {
        written += chunk.length;
        onChunk(chunk);
        done(null, chunk);
      },
    });
    const source =
      entry.compressedSize === 0
        ? PassThrough.from([])
        : createReadStream(archive, { start, end: start + entry.compressedSize - 1, highWaterMark: 1 << 20 });
    const decoder = entry.method === 8 ? createInflateRaw({ chunkSize: 1 << 20 }) : new PassThrough();
    await pipeline(source, decoder, watch, createWriteStream(target));
    if (written !== entry.size)
      throw new Error(`${member} has ${written} bytes, and the archive names ${entry.size}`);
  } finally {
    await file.close();
  }
}

/** @param {import('node:fs/promises').FileHandle} file @param {number} position @param {number} length */
async function readAt(file, position, length) {
  const buffer = Buffer.alloc(length);
  const { bytesRead } = await file.read(buffer, 0, length, position);
  if (bytesRead !== length) throw new Error('the archive ends early');
  return buffer;
}
