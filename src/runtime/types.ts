import type { Tensor } from 'onnxruntime-common';
import type { OnnxModel } from '../onnx/types.ts';

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
  /** Runs the graph and returns the named outputs (all, where none are named). The caller disposes what it gets. */
  run(feeds: Feeds, fetches?: readonly string[]): Promise<Record<string, Tensor>>;
  release(): Promise<void>;
}

/** Where a row of a batched tensor is: the first axis of `tensor` is the batch. */
export interface RowRef {
  readonly tensor: Tensor;
  readonly row: number;
}

/** ONNX Runtime on one device. Outputs stay on the device until disposed. */
export interface Runtime {
  readonly kind: DeviceKind;
  readonly threads: number;
  /** float16 arithmetic is there. */
  readonly float16: boolean;
  createSession(model: OnnxModel): Promise<Session>;
  /** A tensor in memory that a session takes as a feed. */
  tensor(type: ElementType, data: TensorData, dims: readonly number[]): Tensor;
  /** The same, kept on the device for many runs; dispose it. */
  upload(type: ElementType, data: TensorData, dims: readonly number[]): Tensor;
  /** A new tensor whose batch rows are copies of the given ones; all have the same shape but for the batch. */
  stackRows(rows: readonly RowRef[]): Tensor;
  /** Values of float tensors as float32, in the order given, through one copy where they are on a device. */
  read(tensors: readonly Tensor[]): Promise<Float32Array[]>;
  /** Resolves with the reason when the device is lost; never on a device that cannot be lost. */
  readonly lost: Promise<string>;
  release(): void;
}
