import { floatToHalf } from '../bytes/half.ts';
import { EngineError } from '../errors.ts';
import type { ElementType, TensorData, ValueInfo } from '../runtime/types.ts';

/** How much a run reads: so many tokens of every row, behind `past` positions that the cache holds. */
export interface RunSize {
  readonly rows: number;
  readonly tokens: number;
  readonly past: number;
}

/** An input of a graph whose values follow from the size of a run. */
export interface RunInput {
  readonly name: string;
  readonly type: ElementType;
  values(run: RunSize): { readonly data: TensorData; readonly dims: readonly number[] };
}

/** Numbers as a tensor's elements of a type. */
export function elements(type: ElementType, values: readonly number[]): TensorData {
  switch (type) {
    case 'int64':
      return BigInt64Array.from(values, BigInt);
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

type Rule = (input: ValueInfo, run: RunSize) => { readonly values: number[]; readonly dims: number[] };

const positions = ({ tokens, past }: RunSize) => Array.from({ length: tokens }, (_, at) => past + at);

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
