import type { BuiltModel } from '../src/graph/gguf/llama-graph.ts';
import { attr, externalTensor, graph, model, node } from '../src/graph/onnx/builders.ts';
import { externalLocation } from '../src/graph/onnx/external-location.ts';
import { DataType, dimsOf, type NodeProto, type TensorProto } from '../src/graph/onnx/model.ts';
import type { ExternalData } from '../src/graph/onnx/types.ts';

const BLOCK = 32;
const ZERO_POINT = 8;
const LARGEST_CODE = 15;

/**
 * Rounds float32 weights [n, k] to 4 bits in symmetric blocks of 32 along k, as ONNX Runtime's MatMulNBitsQuantizer
 * does: the weight of the largest magnitude becomes code 0, w = scale (q - 8).
 */
export function quantise4(weights: Float32Array): {
  readonly packed: Uint8Array;
  readonly scales: Float32Array;
} {
  const scales = new Float32Array(weights.length / BLOCK);
  const packed = new Uint8Array(weights.length / 2);
  for (let block = 0; block < scales.length; block++) {
    const start = block * BLOCK;
    let largest = 0;
    for (let i = start; i < start + BLOCK; i++)
      if (Math.abs(weights[i]) > Math.abs(largest)) largest = weights[i];
    scales[block] = largest / -ZERO_POINT;
    const inverse = largest === 0 ? 0 : -ZERO_POINT / largest;
    const code = (i: number) =>
      Math.max(0, Math.min(LARGEST_CODE, Math.round(weights[i] * inverse) + ZERO_POINT));
    for (let i = start; i < start + BLOCK; i += 2) packed[i / 2] = code(i) | (code(i + 1) << 4);
  }
  return { packed, scales };
}

/**
 * The same model with every matrix multiplication, the output layer included, as MatMulNBits with 4-bit weights, and
 * the embedding as it was: what transformers.js's quantiser makes of an export (block 32, symmetric, accuracy level
 * left out).
 */
export function quantiseGraph4(built: Omit<BuiltModel, 'cuts'>): Omit<BuiltModel, 'cuts'> {
  const { graph: dense } = built.model;
  if (!dense) throw new Error('the model has no graph');
  const tensors = new Map(dense.initializer.map((tensor) => [tensor.name, tensor]));
  const files = new Map(built.externalData.map((file) => [file.path, file]));
  const initializers: TensorProto[] = [];
  const externalData: ExternalData[] = [];
  const keep = (name: string, type: DataType, dims: readonly number[], data: Uint8Array) => {
    initializers.push(externalTensor(name, type, dims, name, 0, data.byteLength));
    externalData.push({ path: name, data });
  };
  const nodes = dense.node.map((original): NodeProto => {
    const [x = '', weight = ''] = original.input;
    const tensor = tensors.get(weight);
    const data = tensor && files.get(externalLocation(tensor)?.location ?? '')?.data;
    if (original.opType !== 'FusedMatMul' || !tensor || !data) return original;
    const [n = 0, k = 0] = dimsOf(tensor);
    const { packed, scales } = quantise4(new Float32Array(data.buffer, data.byteOffset, n * k));
    const [output = ''] = original.output;
    keep(`${output}.q4`, DataType.UINT8, [n, k / BLOCK, BLOCK / 2], packed);
    keep(`${output}.scales`, DataType.FLOAT, [scales.length], new Uint8Array(scales.buffer));
    const attributes = { K: attr.int(k), N: attr.int(n), bits: attr.int(4), block_size: attr.int(BLOCK) };
    return node('MatMulNBits', [x, `${output}.q4`, `${output}.scales`], [output], attributes, {
      domain: 'com.microsoft',
    });
  });
  const read = new Set(nodes.flatMap((each) => each.input));
  for (const tensor of dense.initializer) {
    if (!read.has(tensor.name)) continue;
    const data = files.get(externalLocation(tensor)?.location ?? '')?.data;
    if (data) keep(tensor.name, tensor.dataType, dimsOf(tensor), data);
    else initializers.push(tensor);
  }
  const opsets = Object.fromEntries(
    built.model.opsetImport.map(({ domain, version }) => [domain, Number(version)]),
  );
  const content = graph(dense.name, { nodes, inputs: dense.input, outputs: dense.output, initializers });
  return { model: model(content, opsets), externalData };
}
