import type { DeviceFacts } from './runtime/device-facts.ts';
import type { OnnxPrecision } from './source.ts';

/** Whether a choice fits the device's limits, memory and storage. */
export interface Fit {
  readonly fits: 'yes' | 'tight' | 'no';
  /** With the numbers. */
  readonly sentence: string;
  /** Estimate of what it takes while it runs. */
  readonly memoryBytes: number;
}

/** What is known of a choice before it is fetched. */
export interface ModelFacts {
  readonly format: 'gguf' | 'onnx';
  readonly precision?: OnnxPrecision;
  /** Type of a GGUF file's weights. */
  readonly quantisation?: string;
  /** Of the weights' files. */
  readonly weightBytes: number;
  /** Still to fetch and to keep; 0 where it is kept. */
  readonly toFetch: number;
  readonly parameters?: number;
  /** Of the embedding, as the configuration states them. */
  readonly vocabulary?: number;
  readonly hidden?: number;
}

const GB = 1e9;

/** Weights that WebAssembly takes as dense float32 at most: its memory of 4 GB holds the caches and the runtime, too. */
export const DENSE_LIMIT = 2.5 * GB;

/** Memory of WebAssembly, 32 bits of address. */
const WASM_MEMORY = 4 * 2 ** 30;

/** Runtime, tokenizer, cache and activations of a small model. */
const BASE = 0.25 * GB;

/** Shares of a machine's memory above which a page that takes it is slow, and is ended. */
const TIGHT_SHARE = 0.5;
const MOST_SHARE = 0.9;

/** Browsers that round down tell this for all machines with more. */
const MOST_REPORTED = 8 * 2 ** 30;

/** Bytes a weight, about, of what the Hub's exports and GGUF files hold. */
const BYTES_A_WEIGHT: Readonly<Record<OnnxPrecision, number>> = {
  fp32: 4,
  fp16: 2,
  q8: 1.05,
  int8: 1.05,
  uint8: 1.05,
  q4: 0.9,
  q4f16: 0.7,
  bnb4: 0.9,
};

/** Types of GGUF weights that are read here. */
const READ_TYPES = /^(UD-)?(F32|FP32|F16|FP16|BF16|Q4_0|Q4_1|Q5_0|Q5_1|Q8_0|Q[456]_K(_\w+)?)$/;

export const isReadType = (quantisation: string | undefined) =>
  quantisation === undefined || READ_TYPES.test(quantisation);

/** Weights of a model, counted or guessed from its files' size. */
export function parametersOf({
  parameters,
  format,
  precision,
  quantisation,
  weightBytes,
}: ModelFacts): number {
  if (parameters !== undefined) return parameters;
  if (format === 'onnx') return weightBytes / BYTES_A_WEIGHT[precision ?? 'fp32'];
  const bits = Number(/\d+/.exec(quantisation ?? '')?.[0] ?? 8);
  return (8 * weightBytes) / (bits >= 16 ? bits : bits + 0.7);
}

/** Memory that dense weights take at once while they are made and copied into WebAssembly, measured, over their size. */
const DENSE_PEAK = 2.6;

/** Bytes a weight of 8-bit blocks of 32, as GGUF weights are held where they are not dense. */
const BLOCK_BYTES = 1.13;

/** Whether WebAssembly is going to hold the weights as dense float32. */
export function runsDense(
  model: ModelFacts,
  { memory = MOST_REPORTED }: Pick<DeviceFacts, 'memory'>,
): boolean {
  const dense = 4 * parametersOf(model);
  const isEnough = memory >= MOST_REPORTED || DENSE_PEAK * dense <= MOST_SHARE * memory;
  return dense <= DENSE_LIMIT && isEnough;
}

interface Need {
  /** Most that is taken at once, while the model loads. */
  readonly memory: number;
  /** The largest single weight, for devices with a limit; 0 where weights are split. */
  readonly largest: number;
}

/** What a model takes on a device. */
export function needOf(model: ModelFacts, device: Pick<DeviceFacts, 'kind' | 'memory'>): Need {
  const { format, precision, weightBytes, vocabulary = 0, hidden = 0 } = model;
  const weights = parametersOf(model);
  if (device.kind === 'wasm' && runsDense(model, device))
    return { memory: BASE + DENSE_PEAK * 4 * weights, largest: 0 };
  const held = format === 'gguf' ? BLOCK_BYTES * weights : weightBytes;
  const half = precision === 'fp16' || precision === 'q4f16';
  // The files' bytes, and their copy on the device.
  return { memory: BASE + 2.2 * held, largest: format === 'gguf' ? 0 : vocabulary * hidden * (half ? 2 : 4) };
}

/** "1.1 GB", "620 MB". */
function sizeText(bytes: number): string {
  if (bytes >= 0.95 * GB) return `${(bytes / GB).toFixed(1)} GB`;
  return `${bytes >= 10e6 ? Math.round(bytes / 1e6) : (bytes / 1e6).toFixed(1)} MB`;
}

/** Memory of a machine is counted in powers of two. */
const machineText = (bytes: number) => `${(bytes / 2 ** 30).toFixed(bytes % 2 ** 30 === 0 ? 0 : 1)} GB`;

function obstacle(model: ModelFacts, device: DeviceFacts, { largest, memory }: Need): string | undefined {
  const { precision, quantisation, weightBytes } = model;
  if (!isReadType(quantisation))
    return `Weights of the type ${quantisation} cannot be read here; choose Q4_0, Q4_K_M, Q5_K_M, Q6_K, Q8_0 or F16.`;
  const { kind, float16, maxBufferSize = Infinity, maxStorageBufferBindingSize = Infinity } = device;
  if (kind === 'webgpu') {
    if (!float16 && (precision === 'fp16' || precision === 'q4f16'))
      return 'It computes in half precision, which this graphics adapter lacks (shader-f16); choose another precision, or WebAssembly.';
    const limit = Math.min(maxBufferSize, maxStorageBufferBindingSize);
    if (largest > limit)
      return `Its largest weight takes ${sizeText(largest)}, and this graphics adapter allows ${sizeText(limit)} at once; choose a half precision or WebAssembly.`;
  } else if (!runsDense(model, device) && weightBytes + BASE > WASM_MEMORY)
    return `Needs about ${sizeText(weightBytes + BASE)} in WebAssembly, which has 4 GB; choose a smaller model or precision.`;
  if (device.memory !== undefined && device.memory < MOST_REPORTED && memory > device.memory * MOST_SHARE)
    return `Needs about ${sizeText(memory)} of memory, and this device reports ${machineText(device.memory)}; choose a smaller model or precision.`;
  return undefined;
}

/** Whether a model fits a device, with the numbers. */
export function fitOf(model: ModelFacts, device: DeviceFacts): Fit {
  const need = needOf(model, device);
  const memoryBytes = Math.round(need.memory);
  const reason = obstacle(model, device, need);
  if (reason !== undefined) return { fits: 'no', sentence: reason, memoryBytes };
  const { memory, storageFree } = device;
  const needs = `Needs about ${sizeText(need.memory)} of memory`;
  const reports = memory === undefined ? '' : `; this device reports ${machineText(memory)}`;
  const notes: string[] = [];
  if (memory !== undefined && need.memory > memory * TIGHT_SHARE)
    notes.push('Close other tabs before it is loaded.');
  if (storageFree !== undefined && model.toFetch > storageFree)
    notes.push(
      `It will not be kept: it has ${sizeText(model.toFetch)}, and this browser has room for ${sizeText(storageFree)}.`,
    );
  const slow =
    device.kind === 'wasm' && !runsDense(model, device)
      ? ['It is too large to run as float32, so its answers come slowly here.']
      : [];
  return {
    fits: notes.length > 0 ? 'tight' : 'yes',
    sentence: [`${needs}${reports}.`, ...notes, ...slow].join(' '),
    memoryBytes,
  };
}
