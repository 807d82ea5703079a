import type { z } from 'zod';
import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';
import { configSchema, genaiSchema } from './export-schemas.ts';
import { checkJson, parseJsonFile } from './json-file.ts';

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
 * Finds the graph of an exported model: the one that is wanted, else model.onnx in the folder or in onnx/, else the only
 * .onnx file.
 * @throws EngineError `bad-input` where there is none or a choice between several
 */
export function onnxPaths(files: ModelFiles, wanted?: string): OnnxPaths {
  const all = files.list();
  const graphs = all.filter((path) => path.endsWith('.onnx'));
  if (wanted !== undefined && !all.includes(wanted))
    throw new EngineError('bad-input', `${files.name} has no file ${wanted}; choose a folder that holds it.`);
  const model =
    wanted ??
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

/** Removes "." and ".." from a path inside a folder; a ".." that leads out of it stays. */
function normalised(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll('\\', '/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
}

/**
 * The path of a data file that a graph names, relative to the graph's own folder.
 * @throws EngineError `bad-input` that names the file where it is missing
 */
export function dataPath(files: ModelFiles, graph: string, location: string): string {
  const path = normalised(folderOf(graph) + location);
  if (files.list().includes(path)) return path;
  if (path.startsWith('..'))
    throw new EngineError(
      'bad-input',
      `The model of ${files.name} keeps weights at "${shownName(location)}", outside of its folder; choose a model whose data files lie in its folder.`,
    );
  throw new EngineError(
    'bad-input',
    `${files.name} lacks the model's data file ${shownName(path)}; choose it together with the model.`,
  );
}

type Json = Readonly<Record<string, unknown>>;

/** A JSON file of a model folder; empty where there is none. @throws EngineError as `readJson` */
export async function optionalJson(files: ModelFiles, path: string, schema: z.ZodType<Json>): Promise<Json> {
  return files.list().includes(path) ? readJson(files, path, schema) : {};
}

/**
 * The configuration of a model: config.json, or what onnxruntime-genai's genai_config.json says under the same names.
 * @throws EngineError `load-failed` where there is neither, or it is not what such a file holds
 */
export async function readConfig(files: ModelFiles): Promise<Json> {
  const all = files.list();
  if (all.includes('config.json') || !all.includes('genai_config.json'))
    return readJson(files, 'config.json', configSchema);
  const { model } = await readJson(files, 'genai_config.json', genaiSchema);
  const decoder = model?.decoder;
  return {
    model_type: model?.type,
    vocab_size: model?.vocab_size,
    max_position_embeddings: model?.context_length,
    eos_token_id: model?.eos_token_id,
    bos_token_id: model?.bos_token_id,
    hidden_size: decoder?.hidden_size,
    num_attention_heads: decoder?.num_attention_heads,
    head_dim: decoder?.head_size,
  };
}

/**
 * Reads a JSON file of a model folder.
 * @throws EngineError `load-failed` that names the file where it is missing, no JSON, or not what the schema says
 */
export async function readJson<T extends Json>(
  files: ModelFiles,
  path: string,
  schema: z.ZodType<T>,
): Promise<T> {
  if (!files.list().includes(path)) {
    throw new EngineError('load-failed', `${files.name} lacks ${path}; choose a folder that holds it.`);
  }
  const text = new TextDecoder().decode(await files.read(path));
  return checkJson(schema, parseJsonFile(text, path, files.name), path, files.name);
}
