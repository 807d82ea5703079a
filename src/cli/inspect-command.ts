import type { ByteSource } from '../bytes/source.ts';
import { readGguf } from '../gguf/file.ts';
import { llamaConfig } from '../gguf/llama-config.ts';
import { tokenizerFromGguf } from '../gguf/tokenizer.ts';
import { optionalString } from '../gguf/values.ts';
import { onnxPaths } from '../model/onnx-files.ts';
import { findDownProjections } from '../onnx/down-projections.ts';
import { decodeModel } from '../onnx/model.ts';
import { withFile, withGguf } from './file-source.ts';
import { existingModel, folderFiles } from './open-model.ts';

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

async function inspectOnnx(bytes: Uint8Array): Promise<InspectReport> {
  const found = findDownProjections(decodeModel(bytes));
  return { format: 'ONNX', layers: found.length, down_projections: found };
}

/** Says what a GGUF file, an ONNX file or the folder of an export holds, or why it cannot be used. */
export async function runInspect(path: string): Promise<InspectReport> {
  const { path: place, isFolder } = existingModel(path);
  if (isFolder) {
    const files = folderFiles(place);
    return inspectOnnx(await files.read(onnxPaths(files).model));
  }
  if (place.endsWith('.onnx'))
    return withFile(place, async (source) => inspectOnnx(await source.read(0, source.size)));
  return withGguf(place, inspectGguf);
}
