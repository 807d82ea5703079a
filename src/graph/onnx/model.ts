import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { EngineError } from '../../lib/errors.ts';
import { checkGraph } from './graph-check.ts';
import {
  type ModelProto,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
} from './onnx_pb.ts';

import { checkWire, notWhole } from './wire-check.ts';

export type {
  GraphProto,
  ModelProto,
  NodeProto,
  TensorProto,
  ValueInfoProto,
} from './onnx_pb.ts';
export { TensorProto_DataType as DataType } from './onnx_pb.ts';

const lfsStart = 'version https://git-lfs';

function refuseOtherFiles(bytes: Uint8Array): void {
  if (bytes.byteLength === 0) {
    throw new EngineError('bad-input', 'The model file is empty; load it again.');
  }
  const start = new TextDecoder().decode(bytes.subarray(0, 256)).trimStart();
  if (start.startsWith(lfsStart)) {
    throw new EngineError(
      'bad-input',
      'The model file is a Git LFS pointer, not the model; download the real file (git lfs pull).',
    );
  }
  if (/^<(!doctype|html|\?xml|head|body)/i.test(start)) {
    throw new EngineError(
      'bad-input',
      'The model file is a web page, not a model; check its address and that no login page stands in the way.',
    );
  }
}

/**
 * Decodes a whole `.onnx` file. Bytes fields (raw tensor data) are views into `bytes`, nothing is copied; fields
 * that the schema does not name are kept for `encodeModel`.
 * @throws EngineError `bad-input` for an empty, truncated or foreign file
 */
export function decodeModel(bytes: Uint8Array): ModelProto {
  refuseOtherFiles(bytes);
  checkWire(bytes, ModelProtoSchema);
  let model: ModelProto;
  try {
    model = fromBinary(ModelProtoSchema, bytes);
  } catch (cause) {
    throw notWhole(cause);
  }
  if (!model.graph || model.graph.node.length === 0 || model.opsetImport.length === 0) {
    throw new EngineError(
      'bad-input',
      'The file holds no ONNX graph; choose the .onnx file of a language model.',
    );
  }
  checkGraph(model.graph);
  return model;
}

/** Encodes a model, unknown fields included. */
export function encodeModel(model: ModelProto): Uint8Array {
  return toBinary(ModelProtoSchema, model);
}

/** A node as bytes, without its name and what is written for people. */
export function nodeBytes(node: NodeProto): Uint8Array {
  const bare = create(NodeProtoSchema, { ...node, name: '', docString: '', metadataProps: [] });
  return toBinary(NodeProtoSchema, bare);
}

/** The version of an operator set that a model imports; the standard domain is ''. 0 where it imports none. */
export function opsetVersion(model: ModelProto, domain = ''): number {
  const same = (other: string) => other === domain || (domain === '' && other === 'ai.onnx');
  return Number(model.opsetImport.find((entry) => same(entry.domain))?.version ?? 0n);
}

/** A tensor's dimensions as numbers. */
export function dimsOf(tensor: TensorProto): number[] {
  return tensor.dims.map(Number);
}

/** An integer attribute of a node, or `fallback` where the node has none. */
export function intAttribute(node: NodeProto, name: string, fallback: number): number {
  const found = node.attribute.find((attribute) => attribute.name === name);
  return found ? Number(found.i) : fallback;
}

/** A float attribute of a node, or `fallback` where the node has none. */
export function floatAttribute(node: NodeProto, name: string, fallback: number): number {
  return node.attribute.find((attribute) => attribute.name === name)?.f ?? fallback;
}
