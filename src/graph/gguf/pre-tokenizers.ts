/** How a byte-level BPE vocabulary splits text before merging, in the terms of a tokenizer.json. */
export interface PreTokenizer {
  readonly normalizer: object | null;
  readonly preTokenizer: object;
  /** A piece that is in the vocabulary is taken whole, whatever the merges say. */
  readonly ignoreMerges: boolean;
  /** Whether a text starts with the BOS token where the file does not say. */
  readonly addBos: boolean;
}

/** Splits at the matches of a pattern; matches and what lies between them are pieces. */
function split(pattern: string): object {
  return { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false };
}

/** Turns bytes into the characters that stand for them; with `splits`, GPT-2's pattern is applied first. */
function byteLevel(splits: boolean): object {
  return { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true, use_regex: splits };
}

function sequence(...pretokenizers: object[]): object {
  return { type: 'Sequence', pretokenizers };
}

/** The pattern of Llama 3 and Qwen 2; they differ in how many digits stay together. */
function wordPattern(digits: string): string {
  return `(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|${digits}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+`;
}

const GPT2: PreTokenizer = {
  normalizer: null,
  preTokenizer: byteLevel(true),
  ignoreMerges: false,
  addBos: false,
};

const SMOLLM: PreTokenizer = { ...GPT2, preTokenizer: sequence(split('\\p{N}'), byteLevel(true)) };

const LLAMA3: PreTokenizer = {
  normalizer: null,
  preTokenizer: sequence(split(wordPattern('\\p{N}{1,3}')), byteLevel(false)),
  ignoreMerges: true,
  addBos: true,
};

const QWEN2: PreTokenizer = {
  normalizer: { type: 'NFC' },
  preTokenizer: sequence(split(wordPattern('\\p{N}')), byteLevel(false)),
  ignoreMerges: false,
  addBos: false,
};

/** What llama.cpp does with a vocabulary whose pre-tokenizer the file does not name. */
const DEFAULT: PreTokenizer = {
  ...GPT2,
  preTokenizer: sequence(
    split('[\\p{P}\\$\\+<=>\\^~\\|]+'),
    split("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)"),
    split('\\p{N}+'),
    split('[0-9][0-9][0-9]'),
    byteLevel(false),
  ),
};

/**
 * The pre-tokenizers by the value of tokenizer.ggml.pre. Patterns: the tokenizer.json files of the models that gave
 * them their names and, for `default`, llama.cpp.
 */
export const PRE_TOKENIZERS: ReadonlyMap<string, PreTokenizer> = new Map([
  ['default', DEFAULT],
  ['gpt-2', GPT2],
  ['smollm', SMOLLM],
  ['llama-bpe', LLAMA3],
  ['llama3', LLAMA3],
  ['llama-v3', LLAMA3],
  ['qwen2', QWEN2],
]);
