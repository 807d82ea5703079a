import { blobSource } from '../lib/bytes/source.ts';
import { EngineError } from '../lib/errors.ts';
import { blobFiles } from './blob-files.ts';
import { denseOn } from './dense-budget.ts';
import { dataFilesOf, languageGraphs, precisionOf } from './export-files.ts';
import { fitOf } from './fit.ts';
import { exportFiles } from './hub-choices.ts';
import type { ModelMaterial } from './material.ts';
import { openGguf } from './open-gguf.ts';
import { openOnnx } from './open-onnx.ts';
import type { DeviceFacts } from './runtime/device-facts.ts';
import { suggest } from './suggest.ts';

export interface LocalFile {
  /** In what was chosen: a name, or a path that begins with the folder's name. */
  readonly path: string;
  readonly file: Blob;
}

const bad = (message: string) => new EngineError('bad-input', message);

/** The graph that suits the device, where there are several. */
function chooseGraph(graphs: readonly string[], files: readonly LocalFile[], device: DeviceFacts) {
  if (graphs.length === 1) return { graph: graphs[0] };
  const paths = files.map(({ path }) => path);
  const sizes = new Map(files.map(({ path, file }) => [path, file.size]));
  const offers = graphs.map((graph) => {
    const weightBytes = [graph, ...dataFilesOf(paths, graph)].reduce(
      (sum, path) => sum + (sizes.get(path) ?? 0),
      0,
    );
    const model = { format: 'onnx', precision: precisionOf(graph), weightBytes, toFetch: 0 } as const;
    return { model, fit: fitOf(model, device) };
  });
  const { index, why } = suggest(offers, device, graphs[0]);
  const graph = graphs[index];
  return { graph, notice: `There are ${graphs.length} graphs; ${graph} was taken. ${why}` };
}

/** Needed beside a graph: one of the names of each. */
const NEEDED = [['config.json', 'genai_config.json'], ['tokenizer.json']];

function onnxMaterial(
  files: readonly LocalFile[],
  graphs: readonly string[],
  device: DeviceFacts,
): ModelMaterial {
  const blobs = new Map(files.map(({ path, file }) => [path, file]));
  const paths = [...blobs.keys()];
  const { graph, notice } = chooseGraph(graphs, files, device);
  const plain = exportFiles(paths, graph);
  const missing = NEEDED.filter((names) => !names.some((name) => plain.has(name))).map(([name]) => name);
  if (missing.length > 0)
    throw bad(
      `${graph} needs ${missing.join(' and ')} beside it; choose them together, or the model's folder.`,
    );
  const named = new Map(blobs);
  for (const [name, path] of plain) named.set(name, blobs.get(path) as Blob);
  const config = (plain.get('config.json') ?? graph).split('/');
  const name = config.length > 1 ? config[config.length - 2] : graph.replace(/^.*\/|\.onnx$/gi, '');
  return {
    open: (runtime, { onProgress }) =>
      openOnnx(blobFiles(name, named), runtime, { graph, onProgress, ...denseOn(runtime.kind) }),
    fromCache: false,
    notice,
    forgetDamaged: async () => false,
  };
}

/**
 * A model from files that a person chose: a GGUF file or all its parts in any order, or an ONNX export. Other files among
 * them are left alone.
 * @throws EngineError `bad-input` in one sentence where they are no model or something is missing
 */
export async function localMaterial(
  files: readonly LocalFile[],
  device: () => Promise<DeviceFacts>,
): Promise<ModelMaterial> {
  if (files.length === 0)
    throw bad('No file was chosen; choose a GGUF file, or the folder of an ONNX export.');
  const graphs = languageGraphs(files.map(({ path }) => path));
  if (graphs.length > 0) return onnxMaterial(files, graphs, await device());
  const gguf = files.filter(({ path }) => /\.gguf$/i.test(path));
  if (gguf.length === 0 && files.length > 1)
    throw bad(
      `None of these ${files.length} files is a model; choose a GGUF file, or an .onnx file with its config.json and tokenizer.json.`,
    );
  const only = files[0];
  if (/\.(safetensors|bin|pth?)$/i.test(only.path) && gguf.length === 0)
    throw bad(`${only.path} holds weights for Python; choose a GGUF file, or an ONNX export of the model.`);
  const parts = gguf.length > 0 ? gguf : [only];
  return {
    open: (runtime, options) =>
      openGguf(
        parts.map(({ path, file }) => blobSource(file, path)),
        runtime,
        options,
      ),
    fromCache: false,
    forgetDamaged: async () => false,
  };
}
