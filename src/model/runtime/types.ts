import type { Tensor } from 'onnxruntime-common';
import type { OnnxModel } from '../../graph/onnx/types.ts';

export type { Tensor };

export type DeviceKind = 'wasm' | 'webgpu' | 'native';

export type ElementType = 'float32' | 'float16' | 'int64' | 'int32' | 'bool';

export type TensorData = Float32Array | Uint16Array | BigInt64Array | Int32Array | Uint8Array;

/** A session's input or output. Symbolic dimensions are strings, unnamed ones empty strings. */
export interface ValueInfo {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly (number | string)[];
}

export type Feeds = Readonly<Record<string, Tensor>>;

export interface Session {
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  /**
   * Runs the graph and returns the named outputs (all, where none are named). The caller disposes what it gets.
   * @param into outputs that are written into tensors at hand, as `Runtime.writesInto` allows; these are returned, too
   */
  run(feeds: Feeds, fetches?: readonly string[], into?: Feeds): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** A row of a batched tensor (the first axis is the batch), or of a cache tensor [rows, heads, positions, size] its start. */
export interface RowRef {
  readonly tensor: Tensor;
  readonly row: number;
  /** Positions (axis 2) that are taken from the start; all where it is left out. */
  readonly positions?: number;
}

/** Where the parts of a row lie that are copied, in elements: `count` pieces of `size`, `stride` apart. */
export interface RowPieces {
  readonly dims: readonly number[];
  readonly start: number;
  readonly count: number;
  readonly size: number;
  readonly stride: number;
}

/** Geometry of copying a row: a whole row is one piece, the first positions of a cache row one piece a head. */
export function rowPieces({ tensor, row, positions }: RowRef): RowPieces {
  const dims = tensor.dims.slice(1);
  const whole = dims.reduce((a, b) => a * b, 1);
  if (positions === undefined || positions === dims[1]) {
    return { dims, start: row * whole, count: 1, size: whole, stride: whole };
  }
  const [heads, length, size] = dims;
  return {
    dims: [heads, positions, size],
    start: row * whole,
    count: heads,
    size: positions * size,
    stride: length * size,
  };
}

/** ONNX Runtime on one device. Outputs stay on the device until disposed. */
export interface Runtime {
  readonly kind: DeviceKind;
  readonly threads: number;
  /** float16 arithmetic is there. */
  readonly float16: boolean;
  /** Outputs can be written into tensors at hand, even into those that are read. */
  readonly writesInto: boolean;
  createSession(model: OnnxModel): Promise<Session>;
  /** A tensor in memory that a session takes as a feed. */
  tensor(type: ElementType, data: TensorData, dims: readonly number[]): Tensor;
  /** The same, kept on the device for many runs; dispose it. */
  upload(type: ElementType, data: TensorData, dims: readonly number[]): Tensor;
  /** A new tensor whose batch rows are copies of the given ones, all of one shape. */
  stackRows(rows: readonly RowRef[]): Tensor;
  /** Values of float tensors as float32, in the order given, through one copy where they are on a device. */
  read(tensors: readonly Tensor[]): Promise<Float32Array[]>;
  /** Resolves with the reason when the device is lost; never on a device that cannot be lost. */
  readonly lost: Promise<string>;
  release(): void;
}
