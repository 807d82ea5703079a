import { EngineError } from '../../lib/errors.ts';
import { attr, externalTensor, floatTensor, node } from '../onnx/builders.ts';
import type { NodeProto, TensorProto, ValueInfoProto } from '../onnx/model.ts';
import type { ExternalData } from '../onnx/types.ts';
import { type Precision, readFloats } from './linear-weights.ts';
import type { LlamaConfig } from './llama-config.ts';
import type { GgufFile, GgufTensor } from './types.ts';

/** Operators of ONNX Runtime's own. */
export const MICROSOFT = { domain: 'com.microsoft' };

/** A graph under construction. */
export interface Build {
  readonly file: GgufFile;
  readonly config: LlamaConfig;
  readonly precision: Precision;
  /** Runs may read texts that branch. */
  readonly branches: boolean;
  /** The operator of attention: ONNX Runtime's own GroupQueryAttention, or the standard Attention. */
  readonly attention: 'grouped' | 'standard';
  readonly nodes: NodeProto[];
  readonly inputs: ValueInfoProto[];
  readonly outputs: ValueInfoProto[];
  readonly initializers: TensorProto[];
  readonly externalData: ExternalData[];
  /** Called with the bytes of the file that were read; throws when the work was aborted. */
  readonly read: (bytes: number) => void;
}

export function addExternal(
  build: Build,
  name: string,
  type: number,
  dims: readonly number[],
  data: Float32Array | Uint8Array,
): void {
  build.externalData.push({
    path: name,
    data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
  });
  build.initializers.push(externalTensor(name, type, dims, name, 0, data.byteLength));
}

/** A tensor of the file. Throws EngineError where it is missing or not [k, n] in ggml's order. */
export function tensorOf(build: Build, name: string, k: number, n: number): GgufTensor {
  const tensor = build.file.tensors.get(name);
  if (!tensor)
    throw new EngineError('unsupported-model', `${build.file.source.name} lacks the tensor "${name}".`);
  if (tensor.dims[0] !== k || (tensor.dims[1] ?? 1) !== n) {
    throw new EngineError(
      'unsupported-model',
      `${build.file.source.name}: the tensor "${name}" has the shape ${tensor.dims.join(' x ')} where ${k} x ${n} was expected.`,
    );
  }
  return tensor;
}

/** The weight of a norm over vectors of a size, as an initialiser of the tensor's name. */
export async function normWeight(build: Build, name: string, size: number): Promise<string> {
  const tensor = tensorOf(build, name, size, 1);
  build.initializers.push(floatTensor(name, [size], await readFloats(build.file, tensor)));
  build.read(tensor.byteLength);
  return name;
}

/** y = RMSNorm(x) over the last axis. */
export async function rmsNorm(
  build: Build,
  x: string,
  y: string,
  weight: string,
  size: number,
): Promise<void> {
  const attributes = { epsilon: attr.float(build.config.normEpsilon), axis: attr.int(-1) };
  const inputs = [x, await normWeight(build, weight, size)];
  build.nodes.push(node('SimplifiedLayerNormalization', inputs, [y], attributes));
}
