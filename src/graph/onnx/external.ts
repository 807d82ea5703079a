import { create } from '@bufbuild/protobuf';
import { EngineError } from '../../lib/errors.ts';
import { pointOutside } from './builders.ts';
import { externalLocation } from './external-location.ts';
import type { ModelProto, TensorProto } from './model.ts';
import { TensorProtoSchema } from './onnx_pb.ts';
import type { ExternalData } from './types.ts';

/** Below this many bytes an initialiser stays in the model: the runtime reads small ones while it optimises. */
const smallest = 1024;

function moved(tensor: TensorProto, file: Uint8Array, path: string): TensorProto {
  const { rawData } = tensor;
  const inFile = rawData.buffer === file.buffer && rawData.byteLength >= smallest;
  if (!inFile) return tensor;
  const result = create(TensorProtoSchema, { ...tensor, rawData: new Uint8Array(0) });
  result.$unknown = tensor.$unknown;
  pointOutside(result, path, rawData.byteOffset - file.byteOffset, rawData.byteLength);
  return result;
}

/**
 * Makes the large initialisers of a model that was decoded from `file` point into that file, so that no weight is
 * copied when the model is encoded: the file serves as a data file of its own. Changes `model`; returns the data file,
 * or undefined where nothing is large.
 */
export function pointIntoFile(
  model: ModelProto,
  file: Uint8Array,
  taken: readonly ExternalData[],
): ExternalData | undefined {
  const { graph } = model;
  if (!graph) return undefined;
  let path = '__model__.onnx';
  while (taken.some((other) => other.path === path)) path = `_${path}`;
  const before = graph.initializer;
  graph.initializer = before.map((tensor) => moved(tensor, file, path));
  return graph.initializer.some((tensor, at) => tensor !== before[at]) ? { path, data: file } : undefined;
}

/** The data files that a model's weights lie in, by the names that the graph knows them by. */
export function dataLocations(model: ModelProto): string[] {
  const found = new Set<string>();
  for (const tensor of model.graph?.initializer ?? []) {
    const place = externalLocation(tensor)?.location;
    if (place !== undefined) found.add(place);
  }
  return [...found];
}

/** @throws EngineError naming the data files that a model points into and that are not given */
export function checkDataFiles(model: ModelProto, given: readonly ExternalData[]): void {
  const missing = dataLocations(model).filter((path) => !given.some((file) => file.path === path));
  if (missing.length > 0) {
    throw new EngineError(
      'bad-input',
      `The model's data file ${missing.join(', ')} is missing; choose it together with the model.`,
    );
  }
}
