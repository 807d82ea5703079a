import { type Fit, isReadType, type ModelFacts, runsDense } from './fit.ts';
import type { DeviceFacts } from './runtime/device-facts.ts';
import type { OnnxPrecision } from './source.ts';

/** Precisions in the order in which they suit a device. */
const ORDERS: Readonly<Record<'wasm' | 'float16' | 'float32', readonly OnnxPrecision[]>> = {
  wasm: ['q8', 'q4', 'int8', 'uint8', 'fp32', 'bnb4', 'fp16', 'q4f16'],
  float16: ['q4f16', 'q4', 'fp16', 'fp32', 'q8', 'int8', 'uint8', 'bnb4'],
  float32: ['q4', 'fp32', 'q8', 'int8', 'uint8', 'bnb4', 'fp16', 'q4f16'],
};

/** Types of GGUF weights, those that lose least for their size first. */
const TYPES = [/^Q8_0$/, /^Q6_K/, /^Q5_K/, /^Q4_K/, /^Q5_/, /^Q4_/, /F16$/, /F32$/];
/** A file this small is taken in 8 bits. */
const SMALL = 700e6;

/** Families whose activations exceed what half precision holds. */
const OVERFLOWS = /gemma-?3/i;

export interface Offer {
  readonly model: ModelFacts;
  readonly fit: Fit;
}

export interface Suggestion {
  /** Index of the offer. */
  readonly index: number;
  /** In a sentence. */
  readonly why: string;
}

function whyOnnx(
  precision: OnnxPrecision | undefined,
  model: ModelFacts,
  device: DeviceFacts,
  spared: boolean,
) {
  if (precision === undefined) return 'It is what the repository offers.';
  if (device.kind === 'wasm') {
    if (precision === 'fp32') return 'WebAssembly multiplies float32 fastest.';
    return runsDense(model, device)
      ? `${precision} is a small download; WebAssembly multiplies float32 fastest, so the weights are made float32 when they are loaded.`
      : `${precision} is what fits into WebAssembly's memory; it answers slowly.`;
  }
  if (spared) return `${precision}, since this family's values exceed what half precision holds.`;
  return precision === 'q4f16' || precision === 'fp16'
    ? `${precision}: this graphics adapter computes in half precision, and the download is small.`
    : `${precision}: its activations are float32, which every graphics adapter computes${device.float16 ? '' : '; this one has no half precision'}.`;
}

function rank({ model, fit }: Offer, order: readonly OnnxPrecision[]): number {
  const { precision, quantisation, weightBytes } = model;
  const misfit = { yes: 0, tight: 100, no: 10_000 }[fit.fits];
  if (model.format === 'onnx') {
    const place = precision === undefined ? order.length : order.indexOf(precision);
    return misfit + place;
  }
  const type = TYPES.findIndex((each) => each.test(quantisation?.replace(/^UD-/, '') ?? ''));
  const large = /^(Q8|Q6|Q5)/.test(quantisation ?? '') && weightBytes > SMALL ? 20 : 0;
  return misfit + (type < 0 ? TYPES.length : type) + large;
}

/** Picks what suits a device among what a repository offers; of equals the first. @param offers at least one */
export function suggest(offers: readonly Offer[], device: DeviceFacts, name: string): Suggestion {
  const spared = OVERFLOWS.test(name) && device.kind === 'webgpu' && device.float16;
  const order = ORDERS[device.kind === 'wasm' ? 'wasm' : device.float16 && !spared ? 'float16' : 'float32'];
  const index = offers.reduce(
    (best, offer, at) => (rank(offer, order) < rank(offers[best] as Offer, order) ? at : best),
    0,
  );
  const { model, fit } = offers[index] as Offer;
  if (fit.fits === 'no') return { index, why: `None of them fits here. ${fit.sentence}` };
  if (model.format === 'onnx') return { index, why: whyOnnx(model.precision, model, device, spared) };
  return {
    index,
    why: isReadType(model.quantisation)
      ? `${model.quantisation ?? 'This file'} loses least of those that download fast; weights are held as ${device.kind === 'wasm' && runsDense(model, device) ? 'float32' : '8-bit blocks'}.`
      : 'It is what the repository offers.',
  };
}
