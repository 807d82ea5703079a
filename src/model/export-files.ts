import type { OnnxPrecision } from './source.ts';

/** Endings of the Hub's graphs, before ".onnx". */
const SUFFIXES: readonly (readonly [ending: string, precision: OnnxPrecision])[] = [
  ['_fp16', 'fp16'],
  ['_quantized', 'q8'],
  ['_int8', 'int8'],
  ['_uint8', 'uint8'],
  ['_q4f16', 'q4f16'],
  ['_q4', 'q4'],
  ['_bnb4', 'bnb4'],
];

/** Files beside a graph that say how to use it. */
const METADATA = [
  'config.json',
  'genai_config.json',
  'generation_config.json',
  'tokenizer.json',
  'tokenizer_config.json',
  'chat_template.jinja',
  'special_tokens_map.json',
];

/** Graphs that are parts of a larger model and hold no language model. */
const OTHER_PARTS = /(encoder|embed|vision|audio|image|speech|vocoder|with_past)/i;

const folderOf = (path: string) => path.slice(0, path.lastIndexOf('/') + 1);
const nameOf = (path: string) => path.slice(path.lastIndexOf('/') + 1);

/** The precision that a graph's name tells; float32 where it has no ending. */
export function precisionOf(path: string): OnnxPrecision {
  const stem = nameOf(path).replace(/\.onnx$/i, '');
  return SUFFIXES.find(([ending]) => stem.toLowerCase().endsWith(ending))?.[1] ?? 'fp32';
}

/** Whether a graph stands where the Hub's exports have it, so that its precision names it. */
export const isStandard = (path: string) => /^(onnx\/)?model(_\w+)?\.onnx$/i.test(path);

/** Whether a graph's name is that of a merged decoder, whose layers may stand in If branches. */
export const isMerged = (path: string) => /_merged\w*\.onnx$/i.test(path);

/**
 * The graphs of language models among files: those named model, else those that are no merged decoders, else others; the
 * Hub's folder first.
 */
export function languageGraphs(paths: readonly string[]): string[] {
  const graphs = paths.filter((path) => /\.onnx$/i.test(path) && !OTHER_PARTS.test(nameOf(path)));
  const named = graphs.filter((path) => /^model/i.test(nameOf(path)));
  const models = named.length > 0 ? named : graphs.filter((path) => !isMerged(path));
  const depth = (path: string) => (/(^|\/)onnx\/[^/]*$/.test(path) ? -1 : path.split('/').length);
  return (models.length > 0 ? models : graphs).toSorted(
    (a, b) => depth(a) - depth(b) || (a < b ? -1 : a > b ? 1 : 0),
  );
}

/** Data files whose names say that they belong to a graph; graphs may name others. */
export function dataFilesOf(paths: readonly string[], graph: string): string[] {
  const stem = graph.replace(/\.onnx$/i, '');
  return paths.filter((path) =>
    [graph, stem].some(
      (start) => path.startsWith(start) && /^[._]data(_\d+)?$/.test(path.slice(start.length)),
    ),
  );
}

/** Files that say how to use a graph, by their plain names: those in its folder, else in the nearest one above. */
export function metadataOf(paths: readonly string[], graph: string): Map<string, string> {
  const folders: string[] = [];
  for (let folder = folderOf(graph); ; folder = folderOf(folder.slice(0, -1))) {
    folders.push(folder);
    if (folder === '') break;
  }
  const all = new Set(paths);
  const found = new Map<string, string>();
  for (const name of METADATA) {
    const path = folders.map((folder) => folder + name).find((each) => all.has(each));
    if (path !== undefined) found.set(name, path);
  }
  return found;
}
