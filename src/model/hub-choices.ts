import { splitNames } from '../graph/gguf/split.ts';
import { hostOf } from '../lib/bytes/receive.ts';
import { EngineError } from '../lib/errors.ts';
import { dataFilesOf, isStandard, languageGraphs, metadataOf, precisionOf } from './export-files.ts';
import type { RemoteFile } from './fetch-file.ts';
import type { Repository } from './hub-repository.ts';
import type { OnnxPrecision } from './source.ts';

/** One of the things that a repository offers to load. */
export interface ModelChoice {
  /** The precision, or the file's path. */
  readonly id: string;
  readonly format: 'gguf' | 'onnx';
  readonly precision?: OnnxPrecision;
  /** Type of a GGUF file's weights as its name tells it, e.g. "Q4_K_M". */
  readonly quantisation?: string;
  /** The graph, or the (first) GGUF file. */
  readonly file: string;
  /** All files to fetch; of a GGUF model all parts in order. */
  readonly files: readonly RemoteFile[];
  /** Of all files; those whose size the host does not tell count nothing. */
  readonly bytes: number;
  /** Of the weights alone. */
  readonly weightBytes: number;
}

const sizeOf = (files: readonly RemoteFile[]) => files.reduce((sum, { size = 0 }) => sum + size, 0);

/** "Q4_K_M" of "SmolLM2-135M-Instruct-Q4_K_M.gguf". */
function quantisationOf(path: string): string | undefined {
  return /(?:^|[-._/])((?:UD-)?(?:I?Q\d\w*|TQ\d\w*|B?F16|F32|FP16|FP32|MXFP4\w*))(?=[-.])/i
    .exec(path.slice(path.lastIndexOf('/') + 1))?.[1]
    ?.toUpperCase();
}

/** GGUF files that hold no language model. */
const OTHER_GGUF = /(mmproj|imatrix|ggml-vocab)/i;

function ggufChoices({ id, host, files }: Repository): ModelChoice[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  return files.flatMap(({ path }) => {
    if (!/\.gguf$/i.test(path) || OTHER_GGUF.test(path)) return [];
    const parts = splitNames(path) ?? [path];
    if (parts[0] !== path && byPath.has(parts[0])) return [];
    const found = parts.map((part) => {
      const file = byPath.get(part);
      if (!file)
        throw new EngineError(
          'load-failed',
          `${id} on ${hostOf(host)} lacks ${part}, a part of a split model; choose another repository.`,
        );
      return file;
    });
    const bytes = sizeOf(found);
    const quantisation = quantisationOf(path);
    return [{ id: path, format: 'gguf', quantisation, file: path, files: found, bytes, weightBytes: bytes }];
  });
}

/** The files of an ONNX export, under the names that `openOnnx` looks for. */
export function exportFiles(paths: readonly string[], graph: string): ReadonlyMap<string, string> {
  const own = [graph, ...dataFilesOf(paths, graph)];
  return new Map([...metadataOf(paths, graph), ...own.map((path): [string, string] => [path, path])]);
}

function onnxChoices({ files }: Repository): ModelChoice[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const paths = [...byPath.keys()];
  const taken = new Set<string>();
  return languageGraphs(paths).map((graph) => {
    const needed = [...new Set(exportFiles(paths, graph).values())].map(
      (path) => byPath.get(path) as RemoteFile,
    );
    const own = [graph, ...dataFilesOf(paths, graph)].map((path) => byPath.get(path) as RemoteFile);
    const precision = precisionOf(graph);
    const plain = isStandard(graph) && !taken.has(precision);
    if (plain) taken.add(precision);
    return {
      id: plain ? precision : graph,
      format: 'onnx',
      precision: plain || precision !== 'fp32' ? precision : undefined,
      file: graph,
      files: needed,
      bytes: sizeOf(needed),
      weightBytes: sizeOf(own),
    };
  });
}

/**
 * What a repository offers to load.
 * @throws EngineError `unsupported-model` where there is nothing, with what to look for
 */
export function choicesOf(repository: Repository, wantsFile?: string): ModelChoice[] {
  const gguf = () => ggufChoices(repository);
  const onnx = () => onnxChoices(repository);
  const [first, second] = /\.gguf$/i.test(wantsFile ?? '') ? [gguf, onnx] : [onnx, gguf];
  const found = first();
  const choices = found.length > 0 ? found : second();
  if (choices.length > 0) return choices;
  const { id, files } = repository;
  const weights = files.some(({ path }) => /\.(safetensors|bin|pth?)$/i.test(path));
  throw new EngineError(
    'unsupported-model',
    `${id} has ${weights ? 'weights for Python only, ' : ''}no ONNX graph and no GGUF file; look for an export of it, such as onnx-community/${id.replace(/^.*\//, '')}-ONNX, or a GGUF repository.`,
  );
}

/**
 * The index of the choice that a source names; undefined where it names none.
 * @throws EngineError `bad-input` that lists the choices where there is no such one
 */
export function namedChoice(
  choices: readonly ModelChoice[],
  source: { readonly repository: string; readonly precision?: OnnxPrecision; readonly file?: string },
): number | undefined {
  const { repository, precision, file } = source;
  if (precision === undefined && file === undefined) return undefined;
  const index = choices.findIndex((choice) =>
    file === undefined
      ? choice.id === precision
      : choice.file === file || choice.files.some(({ path }) => path === file && /\.gguf$/i.test(path)),
  );
  if (index >= 0) return index;
  const offered = choices.map(({ id }) => id).join(', ');
  throw new EngineError('bad-input', `${repository} has no ${file ?? precision}; choose one of ${offered}.`);
}
