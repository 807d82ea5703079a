/** Token types of tokenizer.ggml.token_type. */
export const TOKEN_TYPES = { normal: 1, unknown: 2, control: 3, userDefined: 4, unused: 5, byte: 6 } as const;

/** Tokens of a file, in order of their ids. */
export interface Vocabulary {
  readonly tokens: readonly string[];
  /** Of TOKEN_TYPES by id; empty where the file has none. */
  readonly types: readonly number[];
  readonly unknownId: number | undefined;
}

/** The parts of a tokenizer.json that depend on the kind of tokenizer, and the kind's habit. */
export interface TokenizerParts {
  readonly normalizer: object | null;
  readonly preTokenizer: object | null;
  readonly decoder: object;
  readonly model: object;
  /** Whether a text starts with the BOS token where the file does not say. */
  readonly addBos: boolean;
}
