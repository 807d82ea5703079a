import { EngineError } from '../errors.ts';
import type { LanguageModel } from '../model/types.ts';
import type { ElementType, ValueInfo } from '../runtime/types.ts';

/** One tensor of the key/value cache: what the graph reads and the output that replaces it. */
export interface CacheSlot {
  readonly input: string;
  readonly output: string;
  readonly type: ElementType;
  /** Shape for a number of rows and cached positions. */
  shape(rows: number, length: number): number[];
}

/** What a graph wants at each run and what it gives, by name. */
export interface GraphIo {
  readonly tokens: string;
  readonly attentionMask: string | undefined;
  readonly positionIds: string | undefined;
  readonly cache: readonly CacheSlot[];
  readonly logits: string;
}

const isPast = (name: string) => /^past/.test(name);

/** "past_key_values.3.key" and "present.3.key" agree behind their first part. */
function cacheSuffix(name: string): string {
  return name.replace(/^(past_key_values|past|present)[._]?/, '');
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
  const lastAxis = input.dims.length - 1;
  const shape = (rows: number, length: number) =>
    input.dims.map((dim, axis) => {
      if (axis === 0) return rows;
      if (typeof dim === 'number' && dim >= 0) return dim;
      return axis === lastAxis && lastAxis === 3 && headDim !== undefined ? headDim : length;
    });
  return { input: input.name, output: output.name, type: input.type, shape };
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
  const known = new Set<string>([
    neurons.capturePositions,
    neurons.logitPositions,
    ...neurons.layers.map((l) => l.scaleInput),
  ]);
  const has = (name: string) => session.inputs.some((input) => input.name === name);
  const take = (name: string) => {
    if (!has(name)) return undefined;
    known.add(name);
    return name;
  };
  const tokens = take('input_ids');
  if (!tokens)
    throw new EngineError(
      'unsupported-model',
      'The graph has no input "input_ids"; it is not a text model as exporters write them.',
    );
  const io = {
    tokens,
    attentionMask: take('attention_mask'),
    positionIds: take('position_ids'),
    cache: session.inputs
      .filter(({ name }) => isPast(name))
      .map((input) => cacheSlot(input, session.outputs, headDim)),
    logits: 'logits',
  };
  for (const slot of io.cache) known.add(slot.input);
  const unknown = session.inputs.find(({ name }) => !known.has(name));
  if (unknown)
    throw new EngineError(
      'unsupported-model',
      `The graph wants an input "${unknown.name}" that this page cannot provide.`,
    );
  return io;
}
