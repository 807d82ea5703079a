import { basename, dirname, join } from 'node:path';
import { exportTexts } from '../../../model/export-texts.ts';
import { dataPath, onnxPaths, readConfig } from '../../../model/onnx-files.ts';
import { withFile, withGguf } from '../../../node/file-source.ts';
import { existingModel, folderFiles } from '../../../node/open-model.ts';
import { ggufMlp } from '../gguf-mlp.ts';
import type { MlpWeights } from '../mlp-weights.ts';
import { onnxMlp } from '../onnx-mlp.ts';

async function openExport(folder: string, wanted?: string): Promise<MlpWeights> {
  const files = folderFiles(folder);
  const { model: path } = onnxPaths(files, wanted);
  const config = await readConfig(files);
  return onnxMlp({
    name: files.name,
    architecture: String(config.model_type ?? 'unknown'),
    graph: await files.read(path),
    readData: (location, offset, length) =>
      withFile(join(folder, dataPath(files, path, location)), (source) =>
        source.read(offset, length ?? source.size - offset),
      ),
    readTexts: async () => (files.list().includes('tokenizer.json') ? exportTexts(files) : undefined),
  });
}

/**
 * Opens the MLP weights of a GGUF file (of a split model any of its files), of the folder of an ONNX export, or of one of
 * its graphs, while `use` runs.
 */
export async function withMlp<T>(path: string, use: (weights: MlpWeights) => Promise<T>): Promise<T> {
  const { path: place, isFolder } = existingModel(path);
  if (isFolder) return use(await openExport(place));
  if (place.endsWith('.onnx')) return use(await openExport(dirname(place), basename(place)));
  return withGguf(place, async (sources) => use(await ggufMlp(sources)));
}
