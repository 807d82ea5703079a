import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { checkTensors } from './expected-tensors.ts';
import { FAMILIES, type Family } from './families.ts';
import { hyperparameters } from './hyperparameters.ts';
import { type RopeScaling, ropeScaling } from './rope.ts';
import type { GgufFile } from './types.ts';
import { metaString, optionalBooleansOrNumber, optionalNumber } from './values.ts';

/** Hyperparameters of a model of one of the FAMILIES. */
export interface LlamaConfig {
  readonly architecture: string;
  readonly family: Family;
  readonly layers: number;
  /** Size of the residual stream. */
  readonly hidden: number;
  /** Neurons of a layer's MLP. */
  readonly width: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  /** Factor of the products of queries and keys. */
  readonly attentionScale: number;
  readonly vocabulary: number;
  /** Positions that the model was trained for. */
  readonly contextLength: number;
  readonly normEpsilon: number;
  readonly ropeTheta: number;
  readonly ropeScaling: RopeScaling;
  /** Layers that see the last positions only; undefined where all see all. */
  readonly window: SlidingWindow | undefined;
  /** The output layer shares the embedding's weights. */
  readonly tied: boolean;
}

interface SlidingWindow {
  /** Positions that a token sees, its own included. */
  readonly positions: number;
  /** By layer, whether it has the window. */
  readonly isLocal: readonly boolean[];
  /** Rotary base of those layers; their frequencies are not scaled where it is another one than the model's. */
  readonly ropeTheta: number;
}

/** Keys of a computation that is not done here, and the values that change nothing. */
const UNSUPPORTED_KEYS: Readonly<Record<string, readonly number[]>> = {
  attn_logit_softcapping: [0],
  final_logit_softcapping: [0],
  logit_scale: [0, 1],
  residual_scale: [0, 1],
  embedding_scale: [0, 1],
  'attention.clamp_kqv': [0],
  'attention.max_alibi_bias': [0],
  'attention.temperature_scale': [0],
};

/** GroupQueryAttention of ONNX Runtime turns heads of multiples of this size only. */
const HEAD_UNIT = 16;

/** Rotary angles of a smaller base grow from pair to pair. */
const SMALLEST_BASE = 1;

function unsupported(file: GgufFile, what: string): EngineError {
  return new EngineError('unsupported-model', `${file.source.name} ${what}`);
}

function familyOf(file: GgufFile, architecture: string): Family {
  if ((optionalNumber(file, `${architecture}.expert_count`) ?? 0) > 0)
    throw unsupported(file, 'is a mixture of experts, whose neurons are not read here.');
  const family = FAMILIES.get(architecture);
  if (family) return family;
  const known = [...FAMILIES.keys()].join(', ');
  throw unsupported(file, `has the architecture "${shownName(architecture)}"; supported: ${known}.`);
}

function slidingWindow(
  file: GgufFile,
  architecture: string,
  family: Family,
  model: { readonly layers: number; readonly contextLength: number; readonly ropeTheta: number },
): SlidingWindow | undefined {
  const { real } = hyperparameters(file, architecture);
  const positions = Math.floor(real('attention.sliding_window', 0, 0));
  const pattern =
    optionalBooleansOrNumber(file, `${architecture}.attention.sliding_window_pattern`) ??
    family.windowPattern;
  if (typeof pattern === 'number' && !(Number.isInteger(pattern) && pattern >= 0))
    throw unsupported(
      file,
      `says that every ${pattern}-th layer sees all positions, which is no whole number.`,
    );
  const isLocal = Array.from({ length: model.layers }, (_, layer) =>
    typeof pattern === 'number' ? pattern === 0 || layer % pattern < pattern - 1 : (pattern[layer] ?? false),
  );
  const ropeTheta = real('rope.freq_base_swa', family.localTheta ?? model.ropeTheta, SMALLEST_BASE);
  const changes = positions < model.contextLength || ropeTheta !== model.ropeTheta;
  if (!(positions > 0 && changes && isLocal.includes(true))) return undefined;
  return { positions, isLocal, ropeTheta };
}

/**
 * Reads the hyperparameters and checks that the file holds the tensors that they call for.
 * @throws EngineError `unsupported-model` that names the architecture or the missing part
 */
export function llamaConfig(file: GgufFile): LlamaConfig {
  const architecture = metaString(file, 'general.architecture');
  const family = familyOf(file, architecture);
  const { count, real } = hyperparameters(file, architecture);
  for (const [key, harmless] of Object.entries(UNSUPPORTED_KEYS)) {
    const value = optionalNumber(file, `${architecture}.${key}`) ?? harmless[0];
    if (!harmless.includes(value))
      throw unsupported(file, `asks for ${architecture}.${key} = ${value}, which is not supported.`);
  }
  const heads = count('attention.head_count');
  const kvHeads = count('attention.head_count_kv', heads);
  const hidden = count('embedding_length');
  const width = count('feed_forward_length');
  const layers = count('block_count');
  const headDim = count('attention.key_length', Math.floor(hidden / heads));
  if (heads % kvHeads !== 0)
    throw unsupported(
      file,
      `has ${heads} heads of queries for ${kvHeads} of keys, which is no whole number for each.`,
    );
  if (count('rope.dimension_count', headDim) !== headDim)
    throw unsupported(file, 'rotates only a part of each head; that is not supported.');
  if (count('attention.value_length', headDim) !== headDim)
    throw unsupported(file, 'has values of another size than its keys; that is not supported.');
  if (headDim % HEAD_UNIT !== 0)
    throw unsupported(file, `has heads of ${headDim} numbers; only multiples of ${HEAD_UNIT} are supported.`);
  const contextLength = count('context_length');
  const ropeTheta = real('rope.freq_base', 10000, SMALLEST_BASE);
  const scaledSize = family.scaledByHidden?.includes(layers) ? hidden / heads : headDim;
  const shape = { family, architecture, layers, hidden, width, heads, kvHeads, headDim };
  const vocabulary = checkTensors(file, shape);
  return {
    ...shape,
    attentionScale: real('attention.scale', 0, 0) || scaledSize ** -0.5,
    vocabulary,
    contextLength,
    normEpsilon: real('attention.layer_norm_rms_epsilon', undefined, 0),
    ropeTheta,
    ropeScaling: ropeScaling(file, architecture, contextLength),
    window: slidingWindow(file, architecture, family, { layers, contextLength, ropeTheta }),
    tied: !file.tensors.has('output.weight'),
  };
}
