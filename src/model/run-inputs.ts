import { BRANCH_BIAS, CAUSAL_BIAS, HIDDEN, KEY_POSITIONS } from '../graph/onnx/branches.ts';
import { READ_STAGES, RESUMED } from '../graph/onnx/stages.ts';
import { floatToHalf } from '../lib/bytes/half.ts';
import { EngineError } from '../lib/errors.ts';
import type { ElementType, Runtime, Tensor, TensorData, ValueInfo } from './runtime/types.ts';

/** How much a run reads: so many tokens of every row, behind `past` positions that the cache holds. */
export interface RunSize {
  readonly rows: number;
  readonly tokens: number;
  readonly past: number;
  /** Lengths of texts at the end of the tokens that follow the tokens before them each, and do not see one another. */
  readonly branches?: readonly number[];
  /** The stages of layers that are read, all where they are left out. */
  readonly stages?: StageSpan;
}

/** Stages of layers from the first on, up to an end that is not among them. */
export interface StageSpan {
  readonly first: number;
  readonly end: number;
}

/** An input of a graph whose values follow from the size of a run. */
export interface RunInput {
  readonly name: string;
  readonly type: ElementType;
  values(run: RunSize): { readonly data: TensorData; readonly dims: readonly number[] };
}

/** Numbers as a tensor's elements of a type. */
export function elements(type: ElementType, values: ArrayLike<number>): TensorData {
  switch (type) {
    case 'int64':
      return BigInt64Array.from(Array.from(values, BigInt));
    case 'int32':
      return Int32Array.from(values);
    case 'float16':
      return floatToHalf(Float32Array.from(values));
    case 'float32':
      return Float32Array.from(values);
    default:
      return Uint8Array.from(values);
  }
}

type Rule = (
  input: ValueInfo,
  run: RunSize,
) => { readonly values: ArrayLike<number>; readonly dims: number[] };

const consecutive = (start: number, length: number) => Array.from({ length }, (_, at) => start + at);

/** Tokens before the branches. */
function trunkOf({ tokens, branches = [] }: RunSize): number {
  return branches.reduce((rest, length) => rest - length, tokens);
}

function positions(run: RunSize): number[] {
  const trunk = trunkOf(run);
  const { past, branches = [] } = run;
  return [trunk, ...branches].flatMap((length, part) =>
    consecutive(part === 0 ? past : past + trunk, length),
  );
}

/** Hides from each branch those before it. */
function branchBias(run: RunSize): Float32Array {
  const { tokens, past, branches = [] } = run;
  const total = past + tokens;
  const trunk = trunkOf(run);
  const bias = new Float32Array(tokens * total);
  let start = trunk;
  for (const length of branches) {
    for (let token = start; token < start + length; token++)
      bias.fill(HIDDEN, token * total + past + trunk, token * total + past + start);
    start += length;
  }
  return bias;
}

/** Hides from each token what stands behind it, and from each branch the others. */
function causalBias(run: RunSize): Float32Array {
  const bias = branchBias(run);
  const total = run.past + run.tokens;
  for (let token = 0; token < run.tokens; token++)
    bias.fill(HIDDEN, token * total + run.past + token + 1, (token + 1) * total);
  return bias;
}

/** What the first stage takes is embedded tokens, unless it is given otherwise. */
const nothingResumed: { readonly ranks: readonly number[]; readonly rule: Rule } = {
  ranks: [3],
  rule: ({ dims }, { rows }) => ({ values: [], dims: [rows, 0, Number(dims[2])] }),
};

const repeated = (values: readonly number[], times: number) =>
  Array.from({ length: times }, () => values).flat();

function filled(value: number, dims: number[]) {
  const size = dims.reduce((a, b) => a * b, 1);
  return { values: Array.from({ length: size }, () => value), dims };
}

/** A number in a tensor of one element, of whatever rank. */
const single =
  (value: (run: RunSize) => number): Rule =>
  (input, run) =>
    filled(
      value(run),
      input.dims.map(() => 1),
    );

/** Inputs beside the tokens and the cache that exporters write, by name. */
const rules: Readonly<Record<string, { readonly ranks: readonly number[]; readonly rule: Rule }>> = {
  attention_mask: { ranks: [2], rule: (_, { rows, tokens, past }) => filled(1, [rows, past + tokens]) },
  position_ids: {
    ranks: [1, 2, 3],
    // Of rank 3 the first axis holds time, height and width (multimodal rotary positions), equal for text.
    rule: ({ dims }, run) => {
      const axes = dims.length === 3 && typeof dims[0] === 'number' && dims[0] > 0 ? dims[0] : 3;
      const sizes =
        [[run.tokens], [run.rows, run.tokens], [axes, run.rows, run.tokens]][dims.length - 1] ?? [];
      return {
        values: repeated(
          positions(run),
          sizes.slice(0, -1).reduce((a, b) => a * b, 1),
        ),
        dims: sizes,
      };
    },
  },
  [BRANCH_BIAS]: {
    ranks: [4],
    rule: (_, run) => ({ values: branchBias(run), dims: [1, 1, run.tokens, run.past + run.tokens] }),
  },
  [READ_STAGES]: {
    ranks: [1],
    rule: ({ dims }, { stages }) => {
      const count = Number(dims[0]);
      const { first, end } = stages ?? { first: 0, end: count };
      const values = Array.from({ length: count }, (_, at) => Number(at >= first && at < end));
      return { values, dims: [count] };
    },
  },
  ...Object.fromEntries(RESUMED.map((name) => [name, nothingResumed])),
  [CAUSAL_BIAS]: {
    ranks: [4],
    rule: (_, run) => ({ values: causalBias(run), dims: [1, 1, run.tokens, run.past + run.tokens] }),
  },
  [KEY_POSITIONS]: {
    ranks: [1],
    rule: (_, run) => ({
      values: [...consecutive(0, run.past), ...positions(run)],
      dims: [run.past + run.tokens],
    }),
  },
  cache_position: { ranks: [1], rule: (_, run) => ({ values: positions(run), dims: [run.tokens] }) },
  token_type_ids: { ranks: [2], rule: (_, { rows, tokens }) => filled(0, [rows, tokens]) },
  // 0 asks for the logits of all positions.
  num_logits_to_keep: { ranks: [0, 1], rule: single(() => 0) },
  logits_to_keep: { ranks: [0, 1], rule: single(() => 0) },
  past_sequence_length: { ranks: [0, 1, 2], rule: single(({ past }) => past) },
  past_seq_len: { ranks: [0, 1, 2], rule: single(({ past }) => past) },
  total_sequence_length: { ranks: [0, 1, 2], rule: single(({ past, tokens }) => past + tokens) },
  total_seq_len: { ranks: [0, 1, 2], rule: single(({ past, tokens }) => past + tokens) },
  seqlens_k: { ranks: [1], rule: (_, { rows, tokens, past }) => filled(past + tokens - 1, [rows]) },
};

/**
 * How an input is filled at each run; undefined where the name is not known.
 * @throws EngineError `unsupported-model` where a known input has a shape that text does not fill
 */
export function runInput(input: ValueInfo): RunInput | undefined {
  const { name, type } = input;
  const known = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (!known) return undefined;
  if (!known.ranks.includes(input.dims.length)) {
    throw new EngineError(
      'unsupported-model',
      `The graph wants its input "${name}" with ${input.dims.length} dimensions, which is not supported; choose another export.`,
    );
  }
  return {
    name,
    type,
    values(run) {
      const { values, dims } = known.rule(input, run);
      return { data: elements(type, values), dims };
    },
  };
}

/** The inputs that follow from a run's size, by name. */
export function runFeeds(
  inputs: readonly RunInput[],
  runtime: Pick<Runtime, 'tensor'>,
  run: RunSize,
): Record<string, Tensor> {
  return Object.fromEntries(
    inputs.map(({ name, type, values }) => {
      const { data, dims } = values(run);
      return [name, runtime.tensor(type, data, dims)];
    }),
  );
}
