import { EngineError } from '../errors.ts';
import type { LanguageModel } from '../model/types.ts';
import { startsFromEmbeddings } from '../onnx/refusals.ts';
import type { ElementType, ValueInfo } from '../runtime/types.ts';
import { type RunInput, runInput } from './run-inputs.ts';

/** One tensor of the cache: what the graph reads and the output that replaces it. */
export interface CacheSlot {
  readonly input: string;
  readonly output: string;
  readonly type: ElementType;
  /** False for a running state (of a convolution or of linear attention), which has one size at any length. */
  readonly grows: boolean;
  /** Shape for a number of rows and cached positions. */
  shape(rows: number, length: number): number[];
}

/** What a graph wants at each run and what it gives, by name. */
export interface GraphIo {
  readonly tokens: string;
  readonly tokenType: ElementType;
  readonly attentionMask: string | undefined;
  readonly positionIds: string | undefined;
  /** Inputs whose values follow from the size of a run, attention mask and position ids among them. */
  readonly inputs: readonly RunInput[];
  /** Empty where the graph keeps no cache: the whole sequence is then read at each run. */
  readonly cache: readonly CacheSlot[];
  readonly logits: string;
}

const isPast = (name: string) => /^past/.test(name) && !/^past_seq/.test(name);

/** "past_key_values.3.key" and "present.3.key" agree behind their first part. */
function cacheSuffix(name: string): string {
  return name.replace(/^(past_key_values|past|present_key_values|present)[._]?/, '');
}

const isOpen = (dim: number | string) => typeof dim !== 'number' || dim < 0;

/** A size that the input leaves open and its output declares. */
function settled(input: ValueInfo, output: ValueInfo): (number | string)[] {
  return input.dims.map((dim, axis) => {
    const other = output.dims[axis];
    return isOpen(dim) && other !== undefined && !isOpen(other) ? other : dim;
  });
}

function cacheSlot(input: ValueInfo, outputs: readonly ValueInfo[], headDim: number | undefined): CacheSlot {
  const output = outputs.find(
    ({ name }) => name.startsWith('present') && cacheSuffix(name) === cacheSuffix(input.name),
  );
  if (!output) {
    throw new EngineError(
      'unsupported-model',
      `The graph reads the cache "${input.name}" but has no output that continues it.`,
    );
  }
  const dims = settled(input, output);
  const grows = dims.length === 4 && isOpen(dims[2]);
  const open = dims.findIndex((dim, axis) => axis > 0 && isOpen(dim) && !(grows && axis === 2));
  const isHeadDim = grows && open === 3 && headDim !== undefined;
  const isFixed = dims.length === 4 && !grows && /(key|value)s?$/.test(input.name);
  if (dims.length > 4 || isFixed || (open >= 0 && !isHeadDim)) {
    throw new EngineError(
      'unsupported-model',
      `The cache "${input.name}" has the shape [${input.dims.join(', ')}], which is not supported; choose another export of the model.`,
    );
  }
  const shape = (rows: number, length: number) =>
    dims.map((dim, axis) => {
      if (axis === 0) return rows;
      if (grows && axis === 2) return length;
      return typeof dim === 'number' && dim >= 0 ? dim : (headDim as number);
    });
  return { input: input.name, output: output.name, type: input.type, grows, shape };
}

function logitsName(outputs: readonly ValueInfo[], captures: readonly string[]): string {
  const others = outputs.filter(({ name }) => !name.startsWith('present') && !captures.includes(name));
  const found = others.find(({ name }) => name === 'logits') ?? (others.length === 1 ? others[0] : undefined);
  if (!found) throw new EngineError('unsupported-model', 'The graph has no output of logits.');
  return found.name;
}

/**
 * Reads a graph's interface from its session.
 * @throws EngineError `unsupported-model` where an input is wanted that nothing here provides
 */
export function graphIo({
  session,
  neurons,
  headDim,
}: Pick<LanguageModel, 'session' | 'neurons' | 'headDim'>): GraphIo {
  const provided = new Set<string>([
    neurons.capturePositions,
    neurons.logitPositions,
    ...neurons.layers.map((l) => l.scaleInput),
  ]);
  const wanted = session.inputs.filter(({ name }) => !provided.has(name));
  const tokens = wanted.find(({ name }) => name === 'input_ids');
  if (!tokens) {
    const embeddings = wanted.some(({ name }) => name === 'inputs_embeds');
    throw new EngineError(
      'unsupported-model',
      embeddings
        ? startsFromEmbeddings
        : 'The graph has no input "input_ids"; it is not a text model as exporters write them.',
    );
  }
  if (tokens.dims.length === 2 && typeof tokens.dims[1] === 'number' && tokens.dims[1] > 0) {
    throw new EngineError(
      'unsupported-model',
      `The graph reads exactly ${tokens.dims[1]} tokens a run; choose an export for text of any length.`,
    );
  }
  const cache = wanted.filter(({ name }) => isPast(name));
  const inputs: RunInput[] = [];
  for (const input of wanted) {
    if (input === tokens || cache.includes(input)) continue;
    const found = runInput(input);
    if (!found) {
      throw new EngineError(
        'unsupported-model',
        `The graph wants an input "${input.name}" that this page cannot provide.`,
      );
    }
    inputs.push(found);
  }
  const named = (name: string) => inputs.find((input) => input.name === name)?.name;
  return {
    tokens: tokens.name,
    tokenType: tokens.type,
    attentionMask: named('attention_mask'),
    positionIds: named('position_ids'),
    inputs,
    cache: cache.map((input) => cacheSlot(input, session.outputs, headDim)),
    logits: logitsName(session.outputs, [neurons.activations, neurons.outputNorms]),
  };
}
