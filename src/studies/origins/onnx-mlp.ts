import { create } from '@bufbuild/protobuf';
import { pointOutside } from '../../graph/onnx/builders.ts';
import { denseWeight } from '../../graph/onnx/dequantise-weights.ts';
import { detectDownProjections } from '../../graph/onnx/down-projections.ts';
import { externalLocation } from '../../graph/onnx/external-location.ts';
import { decodeModel, type ModelProto, type TensorProto } from '../../graph/onnx/model.ts';
import { TensorProtoSchema } from '../../graph/onnx/onnx_pb.ts';
import type { Projection } from '../../graph/onnx/projections.ts';
import { roundingError } from '../../graph/onnx/rounding-error.ts';
import { storedBytes, tensorValues } from '../../graph/onnx/tensor-data.ts';
import type { ExternalData } from '../../graph/onnx/types.ts';
import type { Weight } from '../../graph/onnx/weight.ts';
import { type ExportTexts, onnxIdentity } from '../../model/onnx-identity.ts';
import type { ModelIdentity } from '../../neurons/identity.ts';
import { heldMatrix, type MlpMatrix, type MlpWeights, type ModuleName } from './mlp-weights.ts';
import { layerModules, type ModuleProjection } from './onnx-modules.ts';

/** An export whose data files are read where weights of theirs are wanted. */
export interface OnnxParts {
  readonly name: string;
  readonly architecture: string;
  /** The graph's file, whole. */
  readonly graph: Uint8Array;
  /** Bytes of a data file, by the name that the graph knows it by; to its end where no length is given. */
  readData(location: string, offset: number, length: number | undefined): Promise<Uint8Array>;
  /** What its other files say; nothing where they are not at hand. */
  readTexts(): Promise<ExportTexts | undefined>;
}

/** A tensor whose data are in memory, and the data where they are not its own. */
async function held(
  parts: OnnxParts,
  tensor: TensorProto,
): Promise<{ readonly tensor: TensorProto; readonly data: readonly ExternalData[] }> {
  const place = externalLocation(tensor);
  if (!place) return { tensor, data: [] };
  const data = await parts.readData(place.location, place.offset, place.length);
  const result = create(TensorProtoSchema, { ...tensor, externalData: [] });
  pointOutside(result, tensor.name, 0, data.byteLength);
  return { tensor: result, data: [{ path: tensor.name, data }] };
}

/** A weight of which all parts are in memory. */
async function heldWeight(
  parts: OnnxParts,
  weight: Weight,
): Promise<{ readonly weight: Weight; readonly external: readonly ExternalData[] }> {
  const external: ExternalData[] = [];
  const hold = async <T extends TensorProto | undefined>(tensor: T): Promise<T> => {
    if (tensor === undefined) return tensor;
    const found = await held(parts, tensor);
    external.push(...found.data);
    return found.tensor as T;
  };
  const tensor = await hold(weight.tensor);
  if (weight.form === 'bnb4')
    return { weight: { ...weight, tensor, maxima: await hold(weight.maxima) }, external };
  if (weight.form === 'blocks') {
    const scales = await hold(weight.scales);
    const zeroPoints = await hold(weight.zeroPoints);
    const groupIndex = await hold(weight.groupIndex);
    return { weight: { ...weight, tensor, scales, zeroPoints, groupIndex }, external };
  }
  if (!weight.quantization) return { weight: { ...weight, tensor }, external };
  const scales = await hold(weight.quantization.scales);
  const zeroPoints = await hold(weight.quantization.zeroPoints);
  return {
    weight: { ...weight, tensor, quantization: { ...weight.quantization, scales, zeroPoints } },
    external,
  };
}

/** The whole weight as float32 rows; `transposed`: [outputs, inputs], else [inputs, outputs]. */
async function denseOf(parts: OnnxParts, projection: Projection) {
  const { weight, external } = await heldWeight(parts, projection.weight);
  if (weight.form !== 'matrix' || weight.quantization)
    return denseWeight({ ...projection, weight }, external);
  const values = tensorValues(weight.tensor, external);
  return {
    values: values instanceof Float32Array ? values : Float32Array.from(values),
    transposed: weight.transposed,
  };
}

/** Some columns of a matrix [rows, columns]. */
function columnsOf(values: Float32Array, columns: number, from: number, count: number): Float32Array {
  const rows = values.length / columns;
  const part = new Float32Array(rows * count);
  for (let row = 0; row < rows; row++)
    part.set(values.subarray(row * columns + from, row * columns + from + count), row * count);
  return part;
}

async function matrixOf(
  parts: OnnxParts,
  { projection, from }: ModuleProjection,
  module: ModuleName,
  width: number,
): Promise<MlpMatrix> {
  const { values, transposed } = await denseOf(parts, projection);
  const { inputs, outputs } = projection;
  if (module === 'down')
    return transposed
      ? heldMatrix(values, { rows: outputs, columns: inputs, neuronsAre: 'columns' })
      : heldMatrix(values, { rows: inputs, columns: outputs, neuronsAre: 'rows' });
  if (transposed) {
    const rows = values.subarray(from * inputs, (from + width) * inputs);
    return heldMatrix(rows, { rows: width, columns: inputs, neuronsAre: 'rows' });
  }
  const own = outputs === width ? values : columnsOf(values, outputs, from, width);
  return heldMatrix(own, { rows: inputs, columns: width, neuronsAre: 'columns' });
}

/** The rounding error from the graph and the parts of the down projections that it is told from. */
async function errorOf(
  parts: OnnxParts,
  model: ModelProto,
  downs: readonly Projection[],
  columnNorms: readonly Float32Array[],
): Promise<number> {
  const external: ExternalData[] = [];
  const files = new Map<string, TensorProto>();
  for (const { weight } of downs) {
    const scales =
      weight.form === 'blocks'
        ? weight.scales
        : weight.form === 'bnb4'
          ? weight.maxima
          : weight.quantization?.scales;
    if (!scales || !externalLocation(scales)) continue;
    const found = await held(parts, scales);
    external.push(...found.data);
    files.set(scales.name, found.tensor);
  }
  const { graph } = model;
  if (files.size === 0 || !graph) return roundingError(model, columnNorms, []);
  const initializer = graph.initializer.map((tensor) => files.get(tensor.name) ?? tensor);
  return roundingError({ ...model, graph: { ...graph, initializer } }, columnNorms, external);
}

async function identityOf(
  parts: OnnxParts,
  model: ModelProto,
  signal?: AbortSignal,
): Promise<ModelIdentity | undefined> {
  const texts = await parts.readTexts();
  const bytesOf = async (tensor: TensorProto) => {
    signal?.throwIfAborted();
    const { tensor: found, data } = await held(parts, tensor);
    return storedBytes(found, data);
  };
  return texts && onnxIdentity(model, bytesOf, texts);
}

/**
 * The MLP weights of an export. Weights inside the graph's file are in memory with it; those in data files are read one
 * matrix at a time.
 * @throws EngineError as `detectDownProjections` and `layerModules`
 */
export function onnxMlp(parts: OnnxParts): MlpWeights {
  const model = decodeModel(parts.graph);
  const detection = detectDownProjections(model);
  const layers = detection.layers.map((layer) => layerModules(detection, layer));
  const modules = (['gate', 'up', 'down'] as const).filter((module) => layers[0][module] !== undefined);
  const downs = detection.layers.map(({ projection }) => projection);
  return {
    name: parts.name,
    format: 'ONNX',
    architecture: parts.architecture,
    fingerprint: '',
    widths: detection.layers.map(({ width }) => width),
    hidden: detection.layers[0].hidden,
    modules,
    matrix: (layer, module) =>
      matrixOf(parts, layers[layer][module] as ModuleProjection, module, detection.layers[layer].width),
    roundingError: (columnNorms) => errorOf(parts, model, downs, columnNorms),
    identity: (signal) => identityOf(parts, model, signal),
  };
}
