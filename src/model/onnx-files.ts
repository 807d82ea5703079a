import { EngineError } from '../errors.ts';

/** The files of an exported model, by their path inside its folder, read whole. */
export interface ModelFiles {
  readonly name: string;
  list(): readonly string[];
  read(path: string): Promise<Uint8Array>;
}

/** Paths that a folder's parts have. */
export interface OnnxPaths {
  readonly model: string;
  /** Data files beside the graph, by the name that the graph knows them by. */
  readonly data: readonly { readonly path: string; readonly location: string }[];
}

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);

/**
 * Finds the graph of an exported model: model.onnx in the folder or in onnx/, else the only .onnx file.
 * @throws EngineError `bad-input` where there is none or a choice between several
 */
export function onnxPaths(files: ModelFiles): OnnxPaths {
  const all = files.list();
  const graphs = all.filter((path) => path.endsWith('.onnx'));
  const model =
    ['model.onnx', 'onnx/model.onnx'].find((path) => all.includes(path)) ??
    (graphs.length === 1 ? graphs[0] : undefined);
  if (!model) {
    const found =
      graphs.length === 0 ? 'no .onnx file' : `${graphs.length} .onnx files and none is named model.onnx`;
    throw new EngineError(
      'bad-input',
      `${files.name} has ${found}; choose the folder of one exported model.`,
    );
  }
  const folder = folderOf(model);
  const data = all
    .filter((path) => path.startsWith(folder) && /[._]data(_\d+)?$/.test(path))
    .map((path) => ({ path, location: path.slice(folder.length) }));
  return { model, data };
}

/**
 * Reads a JSON file of a model folder.
 * @throws EngineError `load-failed` that names the file where it is missing or no JSON
 */
export async function readJson(files: ModelFiles, path: string): Promise<Record<string, unknown>> {
  if (!files.list().includes(path)) {
    throw new EngineError('load-failed', `${files.name} lacks ${path}; choose a folder that holds it.`);
  }
  const text = new TextDecoder().decode(await files.read(path));
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (cause) {
    const what = text.trimStart().startsWith('<') ? 'is a web page' : 'is not valid JSON';
    throw new EngineError('load-failed', `${path} of ${files.name} ${what}; download it again.`, { cause });
  }
}
