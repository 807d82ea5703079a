import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { inexpressible } from './byte-alphabet.ts';
import { PRE_TOKENIZERS, type PreTokenizer } from './pre-tokenizers.ts';
import type { TokenizerParts, Vocabulary } from './tokenizer-parts.ts';
import type { GgufFile } from './types.ts';
import { metaStrings, optionalString } from './values.ts';

function findPreTokenizer(file: GgufFile): PreTokenizer {
  const pre = optionalString(file, 'tokenizer.ggml.pre') ?? 'default';
  const found = PRE_TOKENIZERS.get(pre);
  if (found) return found;
  throw new EngineError(
    'unsupported-model',
    `${file.source.name}: its tokenizer splits text by the rules ${shownName(pre)}, which are not supported; choose a model with one of ${[...PRE_TOKENIZERS.keys()].join(', ')}.`,
  );
}

/** Checks that every merge is two parts with one space between them. */
function readMerges(file: GgufFile): readonly string[] {
  const merges = metaStrings(file, 'tokenizer.ggml.merges');
  for (const merge of merges) {
    const space = merge.indexOf(' ');
    if (space < 1 || space === merge.length - 1 || merge.indexOf(' ', space + 1) !== -1) {
      throw new EngineError(
        'unsupported-model',
        `${file.source.name}: the merge "${shownName(merge)}" of its tokenizer is not two parts; download the file again.`,
      );
    }
  }
  return merges;
}

/** Drops what the vocabulary has no bytes for, as the Rust library and llama.cpp do, and then splits. */
function preTokenizer(pre: PreTokenizer, tokens: readonly string[]): object {
  const pattern = inexpressible(new Set(tokens));
  if (pattern === undefined) return pre.preTokenizer;
  const drop = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: false };
  return { type: 'Sequence', pretokenizers: [drop, pre.preTokenizer] };
}

/**
 * The parts of a tokenizer that merges bytes (tokenizer.ggml.model `gpt2`) after one of the PRE_TOKENIZERS has split
 * the text. Throws EngineError for other splitting rules and for damaged merges.
 */
export function byteLevelParts(file: GgufFile, { tokens }: Vocabulary): TokenizerParts {
  const pre = findPreTokenizer(file);
  return {
    normalizer: pre.normalizer,
    preTokenizer: preTokenizer(pre, tokens),
    decoder: { type: 'ByteLevel', add_prefix_space: true, trim_offsets: true, use_regex: true },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: pre.ignoreMerges,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: readMerges(file),
    },
    addBos: pre.addBos,
  };
}
