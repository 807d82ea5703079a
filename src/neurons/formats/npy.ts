import { shownName } from '../../lib/shown.ts';
import { refuse } from './found.ts';

/** An array of a .npy file, entries in C order (the last axis fastest). */
export interface NpyArray {
  readonly shape: readonly number[];
  readonly values: Float64Array;
}

const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59];
const headerAlignment = 64;

/** Whether bytes begin as a .npy file does. */
export function isNpy(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte);
}

/** What the header says, and where the entries begin. */
function readHeader(bytes: Uint8Array, name: string) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wide = bytes[6] >= 2;
  const start = wide ? 12 : 10;
  if (bytes.length < start) refuse(name, 'is cut off; save it again.');
  const offset = start + (wide ? view.getUint32(8, true) : view.getUint16(8, true));
  if (bytes.length < offset) refuse(name, 'is cut off; save it again.');
  const text = new TextDecoder('latin1').decode(bytes.subarray(start, offset));
  const descr = /'descr'\s*:\s*'([^']*)'/.exec(text)?.[1];
  const order = /'fortran_order'\s*:\s*(True|False)/.exec(text)?.[1];
  const shape = /'shape'\s*:\s*\(([\d\s,L]*)\)/.exec(text)?.[1];
  if (order === undefined || shape === undefined || descr === undefined)
    refuse(name, 'has a NumPy header that cannot be read; save it as a plain array of float64.');
  return {
    descr,
    fortran: order === 'True',
    shape: shape
      .split(',')
      .map((part) => part.trim().replace(/L$/, ''))
      .filter((part) => part !== '')
      .map(Number),
    offset,
  };
}

/** Entries of an array in Fortran order (the first axis fastest) put into C order. */
function toCOrder(values: Float64Array, shape: readonly number[]): Float64Array {
  if (shape.filter((size) => size > 1).length < 2) return values;
  const result = new Float64Array(values.length);
  const place = shape.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++) at = at * shape[axis] + place[axis];
    result[at] = values[i];
    for (let axis = 0; axis < shape.length; axis++) {
      place[axis]++;
      if (place[axis] < shape[axis]) break;
      place[axis] = 0;
    }
  }
  return result;
}

/**
 * Reads a .npy file (format 1.0 to 3.0) of float32 or float64, of either byte order and either order of axes.
 * @param name for messages
 * @throws EngineError 'bad-input'
 */
export function readNpy(bytes: Uint8Array, name: string): NpyArray {
  if (!isNpy(bytes)) refuse(name, 'is not a NumPy array; save it with numpy.save.');
  const { descr, fortran, shape, offset } = readHeader(bytes, name);
  const type = /^([<>=|]?)f([48])$/.exec(descr);
  if (!type) {
    const what = descr.includes('O') ? 'Python objects' : `entries of the type ${shownName(descr)}`;
    return refuse(
      name,
      `holds ${what}; save it as float64, for example with numpy.save(FILE, coef.astype("f8")).`,
    );
  }
  const [, byteOrder, bytesEach] = type;
  const little = byteOrder !== '>';
  const size = Number(bytesEach);
  const count = shape.reduce((product, length) => product * length, 1);
  if (bytes.length - offset < count * size)
    refuse(
      name,
      `is cut off: its shape (${shownName(shape.join(', '))}) takes ${count * size} bytes, but ${bytes.length - offset} are there.`,
    );
  const view = new DataView(bytes.buffer, bytes.byteOffset + offset, count * size);
  const values = Float64Array.from({ length: count }, (_, i) =>
    size === 8 ? view.getFloat64(8 * i, little) : view.getFloat32(4 * i, little),
  );
  return { shape, values: fortran ? toCOrder(values, shape) : values };
}

/** A .npy file (format 1.0) of little-endian float64 in C order. */
export function writeNpy({ shape, values }: NpyArray): Uint8Array {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '<f8', 'fortran_order': False, 'shape': (${axes}), }`;
  const length = Math.ceil((10 + header.length + 1) / headerAlignment) * headerAlignment;
  const bytes = new Uint8Array(length + 8 * values.length);
  bytes.set([...magic, 1, 0]);
  const view = new DataView(bytes.buffer);
  view.setUint16(8, length - 10, true);
  bytes.set(new TextEncoder().encode(`${header.padEnd(length - 11)}\n`), 10);
  values.forEach((value, i) => {
    view.setFloat64(length + 8 * i, value, true);
  });
  return bytes;
}
