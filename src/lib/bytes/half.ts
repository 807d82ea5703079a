/** Value of a float16 given by its bits. Subnormals, infinities and NaN included. */
function float16ToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1024 + fraction) * 2 ** (exponent - 25);
}

/** Values of all 65,536 float16 bit patterns: a look-up is several times as fast as the arithmetic. */
export const FLOAT16_VALUES: Float32Array = Float32Array.from({ length: 65536 }, (_, bits) =>
  float16ToNumber(bits),
);

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** Bits of the float16 nearest to a value (ties to even); what is too large becomes infinity. */
export function numberToFloat16(value: number): number {
  scratch[0] = value;
  const bits = scratchBits[0];
  const sign = (bits >>> 16) & 0x8000;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const fraction = bits & 0x7fffff;
  if (exponent === 143) return sign | 0x7c00 | (fraction === 0 ? 0 : 0x200);
  if (exponent >= 31) return sign | 0x7c00;
  if (exponent < -10) return sign;
  const subnormal = exponent <= 0;
  const mantissa = subnormal ? fraction | 0x800000 : fraction;
  const shift = subnormal ? 14 - exponent : 13;
  const kept = (subnormal ? 0 : exponent << 10) | (mantissa >>> shift);
  const rest = mantissa & ((1 << shift) - 1);
  const half = 1 << (shift - 1);
  // Rounding up may carry into the exponent, which is then the right one.
  return sign | (kept + (rest > half || (rest === half && (kept & 1) === 1) ? 1 : 0));
}

/** Values of float16 bits, written to `out` (as many items), which is returned. */
export function halfToFloat(
  bits: Uint16Array,
  out: Float32Array = new Float32Array(bits.length),
): Float32Array {
  for (let i = 0; i < bits.length; i++) out[i] = FLOAT16_VALUES[bits[i]];
  return out;
}

/** Engines that have it convert many times faster than a loop does. */
const { Float16Array: NativeHalves } = globalThis as {
  Float16Array?: new (
    buffer: ArrayBufferLike,
    byteOffset: number,
    length: number,
  ) => { set(values: Float32Array): void };
};

/** Bits of the nearest float16 (ties to even), written to `out` (as many items), which is returned. */
export function floatToHalf(
  values: Float32Array,
  out: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  if (NativeHalves) new NativeHalves(out.buffer, out.byteOffset, out.length).set(values);
  else for (let i = 0; i < values.length; i++) out[i] = numberToFloat16(values[i]);
  return out;
}

/** Values of bfloat16 bits, written to `out` (as many items), which is returned. */
export function bfloat16ToFloat(
  bits: Uint16Array,
  out: Float32Array = new Float32Array(bits.length),
): Float32Array {
  const outBits = new Uint32Array(out.buffer, out.byteOffset, out.length);
  for (let i = 0; i < bits.length; i++) outBits[i] = bits[i] << 16;
  return out;
}

/** Bits of the nearest bfloat16 (ties to even; a NaN stays one), written to `out` (as many items), which is returned. */
export function floatToBfloat16(
  values: Float32Array,
  out: Uint16Array = new Uint16Array(values.length),
): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  for (let i = 0; i < bits.length; i++) {
    const x = bits[i];
    const isNan = (x & 0x7fffffff) > 0x7f800000;
    out[i] = isNan ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
  return out;
}
