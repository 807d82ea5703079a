import type { OnProgress } from '../../lib/bytes/progress.ts';
import { blobSource } from '../../lib/bytes/source.ts';
import { EngineError } from '../../lib/errors.ts';
import { blobFiles } from '../../model/blob-files.ts';
import { download } from '../../model/download.ts';
import { languageGraphs, precisionOf } from '../../model/export-files.ts';
import { exportTexts } from '../../model/export-texts.ts';
import { choicesOf, exportFiles, namedChoice } from '../../model/hub-choices.ts';
import { openRepository } from '../../model/hub-repository.ts';
import { dataPath, readConfig } from '../../model/onnx-files.ts';
import type { HubSource, ModelSource } from '../../model/source.ts';
import { ggufMlp } from './gguf-mlp.ts';
import type { MlpWeights } from './mlp-weights.ts';
import { onnxMlp } from './onnx-mlp.ts';

interface Options {
  readonly signal?: AbortSignal;
  readonly onProgress?: OnProgress;
}

/** Precisions of exports, finest first. */
const FINEST = ['fp32', 'fp16', 'q8', 'int8', 'uint8', 'q4', 'q4f16', 'bnb4'];

const finest = (graphs: readonly string[]) =>
  [...graphs].sort((a, b) => FINEST.indexOf(precisionOf(a)) - FINEST.indexOf(precisionOf(b)))[0];

/** An export whose files are at hand; data files are read by slices. */
async function exportMlp(
  name: string,
  graph: string,
  blobs: ReadonlyMap<string, Blob>,
  more?: Parameters<typeof blobFiles>[2],
): Promise<MlpWeights> {
  const named = new Map(blobs);
  for (const [plain, path] of exportFiles([...blobs.keys()], graph)) {
    const blob = blobs.get(path);
    if (blob) named.set(plain, blob);
  }
  const files = blobFiles(name, named, more);
  const config = await readConfig(files);
  return onnxMlp({
    name,
    architecture: String(config.model_type ?? 'unknown'),
    graph: await files.read(graph),
    async readData(location, offset, length) {
      const path = dataPath(files, graph, location);
      const blob = named.get(path) ?? (await more?.fetch(path));
      if (!blob)
        throw new EngineError('load-failed', `${name} lacks ${path}; choose it together with the model.`);
      return new Uint8Array(
        await blob.slice(offset, length === undefined ? undefined : offset + length).arrayBuffer(),
      );
    },
    readTexts: async () => (files.list().includes('tokenizer.json') ? exportTexts(files) : undefined),
  });
}

/** Files of the person's: a GGUF file or all its parts, or an export, of which the finest graph is taken. */
async function filesMlp(
  files: readonly { readonly path: string; readonly file: Blob }[],
): Promise<MlpWeights> {
  const gguf = files.filter(({ path }) => /\.gguf$/i.test(path));
  if (gguf.length > 0) return ggufMlp(gguf.map(({ path, file }) => blobSource(file, path)));
  const blobs = new Map(files.map(({ path, file }) => [path, file]));
  const graphs = languageGraphs([...blobs.keys()]);
  if (graphs.length === 0)
    throw new EngineError(
      'bad-input',
      'There is no model among the files; choose a .gguf file, or a folder with an .onnx file and config.json.',
    );
  const graph = finest(graphs);
  const folder = graph
    .replace(/(onnx\/)?[^/]*$/, '')
    .split('/')
    .at(-2);
  return exportMlp(folder ?? graph.replace(/\.onnx$/i, ''), graph, blobs);
}

/** A repository of the Hub; only the weights that the source names, else the first that is offered, are fetched. */
async function hubMlp(source: HubSource, options: Options): Promise<MlpWeights> {
  const repository = await openRepository(source, options.signal);
  const choices = choicesOf(repository, source.file);
  const choice = choices[namedChoice(choices, source) ?? 0];
  const { blobs } = await download(choice.files, options);
  const name = repository.id.replace(/^.*\//, '');
  if (choice.format === 'gguf')
    return ggufMlp(choice.files.map(({ path }, at) => blobSource(blobs[at], path)));
  const fetch = async (path: string): Promise<Blob> => {
    const file = repository.files.find((each) => each.path === path);
    if (!file)
      throw new EngineError('load-failed', `${repository.id} lacks ${path}; choose another repository.`);
    return (await download([file], options)).blobs[0];
  };
  const found = new Map(choice.files.map(({ path }, at) => [path, blobs[at]]));
  return exportMlp(name, choice.file, found, { paths: repository.files.map(({ path }) => path), fetch });
}

/**
 * The MLP weights of a model from where the page says, fetched and kept as for loading it, but not loaded.
 * @throws EngineError as loading does; the signal's reason where it is aborted
 */
export async function sourceMlp(source: ModelSource, options: Options = {}): Promise<MlpWeights> {
  if (source.kind === 'files') return filesMlp(source.files);
  if (source.kind === 'hub') return hubMlp(source, options);
  const { url, name } = source;
  const file = { url, path: name, subject: { what: 'model file', id: name } as const };
  const { blobs } = await download([file], options, 'own');
  return ggufMlp(blobSource(blobs[0], name));
}
