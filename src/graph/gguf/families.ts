/**
 * What sets the decoder of an architecture apart. All have norms before attention and MLP (RMSNorm), rotary attention
 * with grouped heads, and a gated MLP. Biases of the linear layers are used wherever a file has them.
 */
export interface Family {
  /** The rows of q and k are stored as rotary pairs, one pair after the other, as llama.cpp's converter turns them. */
  readonly rotaryPairs: boolean;
  /** Queries and keys are normalised head by head before they are rotated. */
  readonly queryKeyNorms: boolean;
  /** What attention and MLP give is normalised before it is added to the residual stream. */
  readonly postNorms: boolean;
  /** Of the MLP's gate; gelu is its approximation by tanh. */
  readonly activation: 'silu' | 'gelu';
  /** Embeddings are multiplied by the square root of their size. */
  readonly scaledEmbeddings: boolean;
  /**
   * Which layers see a window only, where the file has one but does not say: all (0), none (1), or all but every n-th.
   */
  readonly windowPattern: number;
  /** Rotary base of the layers with a window, where it is another one than that of the rest. */
  readonly localTheta?: number;
  /** Attention scales by numbers of layers, where it is not one over the root of the head size: hidden size per head. */
  readonly scaledByHidden?: readonly number[];
}

const LLAMA: Family = {
  rotaryPairs: true,
  queryKeyNorms: false,
  postNorms: false,
  activation: 'silu',
  scaledEmbeddings: false,
  windowPattern: 0,
};

const QWEN2: Family = { ...LLAMA, rotaryPairs: false, windowPattern: 1 };

/** The architectures that are read, by general.architecture. */
export const FAMILIES: ReadonlyMap<string, Family> = new Map([
  ['llama', LLAMA],
  ['mistral', LLAMA],
  ['qwen2', QWEN2],
  ['qwen3', { ...QWEN2, queryKeyNorms: true }],
  [
    'gemma3',
    {
      rotaryPairs: false,
      queryKeyNorms: true,
      postNorms: true,
      activation: 'gelu',
      scaledEmbeddings: true,
      windowPattern: 6,
      localTheta: 10000,
      // Gemma 3 27B; no key of the file says it.
      scaledByHidden: [62],
    },
  ],
]);
