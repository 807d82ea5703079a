import { readGguf } from '../graph/gguf/file.ts';
import { llamaConfig } from '../graph/gguf/llama-config.ts';
import { tokenizerFromGguf } from '../graph/gguf/tokenizer.ts';
import { optionalString } from '../graph/gguf/values.ts';
import { graphDemands } from '../graph/onnx/demands.ts';
import { findDownProjections } from '../graph/onnx/down-projections.ts';
import { dataLocations } from '../graph/onnx/external.ts';
import { decodeModel, type ModelProto } from '../graph/onnx/model.ts';
import { normsInAttention, startsFromEmbeddings } from '../graph/onnx/refusals.ts';
import type { ByteSource } from '../lib/bytes/source.ts';
import { dataPath, type ModelFiles, onnxPaths } from '../model/onnx-files.ts';
import { withFile, withGguf } from '../node/file-source.ts';
import { existingModel, folderFiles } from '../node/open-model.ts';

export type InspectReport = Readonly<Record<string, unknown>>;

async function inspectGguf(sources: readonly ByteSource[]): Promise<InspectReport> {
  const file = await readGguf(sources);
  const types: Record<string, number> = {};
  for (const { type } of file.tensors.values()) types[type] = (types[type] ?? 0) + 1;
  const { vocabSize, eosIds, chatTemplate } = tokenizerFromGguf(file);
  return {
    format: `GGUF ${file.version}`,
    name: optionalString(file, 'general.name'),
    ...llamaConfig(file),
    tensor_types: types,
    tokens: vocabSize,
    eos_ids: eosIds,
    chat_template: chatTemplate !== undefined,
  };
}

/** What keeps a graph from running here, as far as it can be told without a session. */
function obstacles(model: ModelProto): string[] {
  const inputs = new Set(model.graph?.input.map(({ name }) => name));
  const found: string[] = [];
  if (!inputs.has('input_ids') && inputs.has('inputs_embeds')) found.push(startsFromEmbeddings);
  if (graphDemands(model).normsInAttention) found.push(normsInAttention);
  return found;
}

/** @param given paths of the graph and of the files around it, where they are known */
function inspectOnnx(
  bytes: Uint8Array,
  given?: { readonly files: ModelFiles; readonly graph: string },
): InspectReport {
  const model = decodeModel(bytes);
  const found = findDownProjections(model);
  const data = dataLocations(model);
  if (given) for (const location of data) dataPath(given.files, given.graph, location);
  const limits = obstacles(model);
  return {
    format: 'ONNX',
    ...(given ? { graph: given.graph } : {}),
    ...(data.length > 0 ? { data_files: data } : {}),
    ...(limits.length > 0 ? { limits } : {}),
    layers: found.length,
    down_projections: found,
  };
}

/** Says what a GGUF file, an ONNX file or the folder of an export holds, or why it cannot be used. */
export async function runInspect(path: string): Promise<InspectReport> {
  const { path: place, isFolder } = existingModel(path);
  if (isFolder) {
    const files = folderFiles(place);
    const graph = onnxPaths(files).model;
    return inspectOnnx(await files.read(graph), { files, graph });
  }
  if (place.endsWith('.onnx'))
    return withFile(place, async (source) => inspectOnnx(await source.read(0, source.size)));
  return withGguf(place, inspectGguf);
}
