import { BRANCH_BIAS, CAUSAL_BIAS } from '../graph/onnx/branches.ts';
import { startsFromEmbeddings } from '../graph/onnx/refusals.ts';
import type { NeuronGraph } from '../graph/onnx/types.ts';
import { EngineError } from '../lib/errors.ts';
import { type RunInput, runInput } from './run-inputs.ts';
import type { ElementType, Session, ValueInfo } from './runtime/types.ts';

/** One tensor of the cache: what the graph reads and the output that replaces it. */
export interface CacheSlot {
  readonly input: string;
  readonly output: string;
  readonly type: ElementType;
  /** Positions lie one behind the other along axis 2; not so in a running state (of a convolution or of linear attention). */
  readonly canBeCut: boolean;
  /** Shape for a number of rows and cached positions. */
  shape(rows: number, length: number): number[];
}

/** What a graph wants at each run and what it gives, by name. */
export interface GraphIo {
  readonly tokens: string;
  readonly tokenType: ElementType;
  readonly attentionMask: string | undefined;
  readonly positionIds: string | undefined;
  /** Whether a run of one row may read texts that branch: behind a cache only, or also from its start. */
  readonly branches: 'behind a cache' | 'anywhere' | undefined;
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
  const open = dims.flatMap((dim, axis) => (axis > 0 && isOpen(dim) ? [axis] : []));
  const isState = /conv|recurrent|ssm|state/.test(input.name);
  const isStandard = dims.length === 4 && open.includes(2);
  const growing = isStandard ? 2 : open.length === 1 && !isState ? open[0] : undefined;
  const settledByHeadDim = isStandard && headDim !== undefined ? 3 : growing;
  const unsettled = open.some((axis) => axis !== growing && axis !== settledByHeadDim);
  const isFixed = open.length === 0 && dims.length === 4 && /(key|value)s?$/.test(input.name);
  const foldsHeads = typeof dims[0] === 'string' && /head|\*/.test(dims[0]);
  if (dims.length > 4 || isFixed || unsettled || foldsHeads) {
    throw new EngineError(
      'unsupported-model',
      `The cache "${input.name}" has the shape [${input.dims.join(', ')}], which is not supported; choose another export of the model.`,
    );
  }
  const shape = (rows: number, length: number) =>
    dims.map((dim, axis) => {
      if (axis === 0) return rows;
      if (axis === growing) return length;
      return typeof dim === 'number' && dim >= 0 ? dim : (headDim as number);
    });
  return { input: input.name, output: output.name, type: input.type, canBeCut: isStandard, shape };
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
}: {
  readonly session: Pick<Session, 'inputs' | 'outputs'>;
  readonly neurons: NeuronGraph;
  /** Size of an attention head, where the graph's cache inputs leave it open. */
  readonly headDim: number | undefined;
}): GraphIo {
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
    // GroupQueryAttention counts the positions of a run without a cache itself.
    branches: named(CAUSAL_BIAS) ? 'anywhere' : named(BRANCH_BIAS) ? 'behind a cache' : undefined,
    inputs,
    cache: cache.map((input) => cacheSlot(input, session.outputs, headDim)),
    logits: logitsName(session.outputs, [neurons.activations, neurons.outputNorms]),
  };
}
