import { DEEPEST_JSON, fitsMemory, jsonDepth } from '../../lib/bytes/json-text.ts';
import { readBlob } from '../../lib/bytes/source.ts';
import { EngineError } from '../../lib/errors.ts';
import { type NeuronSet, parseNeuronSet } from '../set-file.ts';
import { checkSetModel, type SetModel } from '../set-model.ts';
import type { NeuronLayout } from '../types.ts';
import { neuronsOfVector } from './coefficients.ts';
import { readCsv } from './csv.ts';
import { headLength, kindOfFile, largestFile, type SetFileKind, textOf } from './detect.ts';
import { readForeignJson } from './foreign-json.ts';
import { type FoundSet, refuse, type SetSource, type Signs, takeNeurons } from './found.ts';
import { readNpy } from './npy.ts';
import { readNpz } from './npz.ts';

/** The model that a file's neurons are of; formats other than the program's own do not say it. */
export type ModelAtHand = Omit<SetModel, 'widths'>;

export interface ReadSetOptions {
  /** Date and time of the import, ISO 8601. */
  readonly created: string;
  /** Which weights make an H-Neuron (default: positive). Sets in the program's own format are read as they are. */
  readonly signs?: Signs;
  /** Intercept of the classifier where the file has none. */
  readonly intercept?: number;
  /** What the classifier's features were (default: mean over the answer, where tokens are read, as the authors do). */
  readonly feature?: NeuronSet['feature'];
}

function checkSize(bytes: Uint8Array, kind: SetFileKind): void {
  const limit = largestFile[kind];
  if (bytes.length <= limit) return;
  throw new EngineError(
    'bad-input',
    `The neuron set is over the limit of ${limit / 2 ** 20} MB (${(bytes.length / 2 ** 20).toFixed(1)} MB).`,
  );
}

/** "h_neurons" of "results/h_neurons.json". */
function stem(fileName: string): string {
  const [last = ''] = fileName.split(/[/\\]/).slice(-1);
  return (
    last
      .replace(/\.\w+$/, '')
      .trim()
      .slice(0, 200) || 'Neurons'
  );
}

function readText(text: string, source: SetSource): FoundSet | NeuronSet {
  if (!/^\s*[[{]/.test(text) && !/\.json$/i.test(source.fileName)) return readCsv(text, source);
  if (jsonDepth(text) > DEEPEST_JSON)
    refuse(
      source.fileName,
      `is nested more than ${DEEPEST_JSON} levels deep; a neuron set is a list of neurons.`,
    );
  if (!fitsMemory(text, 0.5))
    refuse(
      source.fileName,
      'holds so many small values that it takes far more memory than its size; a neuron set is a list of neurons.',
    );
  let data: unknown;
  try {
    data = JSON.parse(text, (key, value) => (key === '__proto__' ? undefined : value));
  } catch {
    return parseNeuronSet(text);
  }
  const isOwn =
    typeof data === 'object' && data !== null && 'format' in data && data.format === 'h-neuron-set';
  return isOwn ? parseNeuronSet(text) : readForeignJson(data, source);
}

function readFound(bytes: Uint8Array, kind: SetFileKind, source: SetSource): FoundSet | NeuronSet {
  const { fileName } = source;
  if (kind === 'text') {
    const { text, notice } = textOf(bytes, fileName);
    const read = readText(text, source);
    return 'format' in read || notice === undefined
      ? read
      : { ...read, notes: [notice, ...(read.notes ?? [])] };
  }
  if (kind === 'npy') return { neurons: neuronsOfVector(readNpy(bytes, fileName), source) };
  const { coefficients, intercept } = readNpz(bytes, fileName);
  return { neurons: neuronsOfVector(coefficients, source), intercept };
}

/**
 * Reads a neuron set from a file in any of these formats, told by its bytes: the program's own JSON; JSON as
 * replications of the paper publish it; CSV or TSV of layer, neuron and weight; and NumPy's .npy and .npz with the
 * coefficients of all neurons, one layer after another.
 * @param fileName for messages and, where the file has no name of its own, the set's name
 * @param layout of the model that the neurons are of
 * @throws EngineError 'bad-input' in one sentence, also for a set of another model
 */
export function readNeuronSet(
  bytes: Uint8Array,
  fileName: string,
  layout: NeuronLayout,
  model: ModelAtHand,
  options: ReadSetOptions,
): NeuronSet {
  const kind = kindOfFile(bytes, fileName);
  checkSize(bytes, kind);
  if (bytes.length === 0) refuse(fileName, 'is empty.');
  const source: SetSource = { fileName, layout };
  const read = readFound(bytes, kind, source);
  const { widths } = layout;
  if ('format' in read) {
    checkSetModel(read, { ...model, widths });
    return read;
  }
  const found = { ...read, intercept: read.intercept ?? options.intercept };
  const { neurons, intercept, notes } = takeNeurons(source, found, options.signs ?? 'positive');
  const otherModel = found.model !== undefined && found.model !== model.name ? found.model : undefined;
  const said = [
    ...notes,
    ...(otherModel === undefined ? [] : [`The file names the model ${otherModel.slice(0, 200)}.`]),
  ];
  const set: NeuronSet = {
    format: 'h-neuron-set',
    version: 2,
    name: found.name?.trim().slice(0, 200) || stem(fileName),
    model: {
      name: model.name,
      architecture: model.architecture,
      fingerprint: model.fingerprint,
      ...(model.identity && { identity: model.identity }),
      ...(model.signature && { signature: model.signature }),
      layers: widths.length,
      widths,
    },
    neurons,
    ...(intercept !== undefined && { intercept }),
    feature: options.feature ?? { aggregation: 'mean', position: 'read' },
    provenance: {
      created: options.created,
      command: `import of ${fileName.slice(-200)}`,
      questions: 'not named in the file',
      ...(said.length > 0 && { notes: said.join(' ') }),
    },
    metrics: {},
  };
  return parseNeuronSet(JSON.stringify(set));
}

/**
 * Reads a neuron set from a file, of which no more comes into memory than a set may have.
 * @throws EngineError as `readNeuronSet`; `load-failed` where the file has gone
 */
export async function readNeuronSetFile(
  file: Blob,
  fileName: string,
  layout: NeuronLayout,
  model: ModelAtHand,
  options: ReadSetOptions,
): Promise<NeuronSet> {
  const head = await readBlob(file.slice(0, headLength), fileName);
  const limit = largestFile[kindOfFile(head, fileName)];
  // The beginning of a file that is too large is enough for the sentence that refuses it.
  const bytes = await readBlob(file.size > limit ? file.slice(0, limit + 1) : file, fileName);
  return readNeuronSet(bytes, fileName, layout, model, options);
}
