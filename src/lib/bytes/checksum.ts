const POLYNOMIAL = 0xedb88320;

const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ POLYNOMIAL : value >>> 1;
  return value;
});

/** CRC-32 (ISO 3309) of bytes, 8 hexadecimal digits: it notices damage and is no protection against forgery. */
export function crc32(bytes: Uint8Array): string {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = TABLE[(crc ^ bytes[i]) & 0xff] ^ (crc >>> 8);
  return (~crc >>> 0).toString(16).padStart(8, '0');
}

/** What carries a checksum of itself: CRC-32 of its JSON without it. What was stored before there were any has none. */
export interface Sealed {
  readonly crc?: string;
}

const encoder = new TextEncoder();

/** The record with its checksum, which comes last. */
export function sealed<T extends Sealed>(record: T): T {
  const { crc: _, ...rest } = record;
  return { ...rest, crc: crc32(encoder.encode(JSON.stringify(rest))) } as unknown as T;
}

/** Whether a record is as it was sealed; true where it was never sealed. */
export function isIntact(record: Sealed): boolean {
  return record.crc === undefined || record.crc === sealed(record).crc;
}

/** Bytes that an array of numbers takes, as they are. */
export const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
  new Uint8Array(buffer, byteOffset, byteLength);
