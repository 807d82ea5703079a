import { EngineError } from '../errors.ts';
import { inexpressible } from './byte-alphabet.ts';
import { PRE_TOKENIZERS, type PreTokenizer } from './pre-tokenizers.ts';
import type { GgufFile } from './types.ts';
import {
  metaString,
  metaStrings,
  optionalBoolean,
  optionalNumber,
  optionalNumbers,
  optionalString,
} from './values.ts';

/** The tokenizer of a GGUF file. */
export interface GgufTokenizer {
  /** First argument of @huggingface/tokenizers' Tokenizer. */
  readonly tokenizerJson: Readonly<Record<string, unknown>>;
  /** Its second argument. */
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  /** A Jinja template, absent for base models. */
  readonly chatTemplate: string | undefined;
  readonly bosId: number | undefined;
  /** Tokens that end an answer: the file's EOS token and the vocabulary's ends of turn. */
  readonly eosIds: readonly number[];
  readonly vocabSize: number;
  /** Whether a text without chat template starts with the BOS token. */
  readonly addBos: boolean;
}

/** Values of tokenizer.ggml.token_type that make a token one of its own, never made by merging. */
const UNKNOWN = 2;
const CONTROL = 3;
const USER_DEFINED = 4;

const ENDS_OF_TURN: ReadonlySet<string> = new Set(['<|im_end|>', '<|eot_id|>', '<|end|>', '<end_of_turn>']);

function unsupported(file: GgufFile, what: string): EngineError {
  return new EngineError('unsupported-model', `${file.source.name}: ${what}`);
}

function findPreTokenizer(file: GgufFile): PreTokenizer {
  const model = metaString(file, 'tokenizer.ggml.model');
  if (model !== 'gpt2') {
    const name = model === 'llama' ? 'SentencePiece (llama)' : model;
    throw unsupported(
      file,
      `its tokenizer is of the kind ${name}, which is not supported; choose a model with a byte-level BPE tokenizer (gpt2).`,
    );
  }
  const pre = optionalString(file, 'tokenizer.ggml.pre') ?? 'default';
  const found = PRE_TOKENIZERS.get(pre);
  if (found === undefined) {
    throw unsupported(
      file,
      `its tokenizer splits text by the rules ${pre}, which are not supported; choose a model with one of ${[...PRE_TOKENIZERS.keys()].join(', ')}.`,
    );
  }
  return found;
}

/** Checks that every merge is two parts with one space between them. */
function readMerges(file: GgufFile): readonly string[] {
  const merges = metaStrings(file, 'tokenizer.ggml.merges');
  for (const merge of merges) {
    const space = merge.indexOf(' ');
    if (space < 1 || space === merge.length - 1 || merge.indexOf(' ', space + 1) !== -1) {
      throw unsupported(
        file,
        `the merge "${merge}" of its tokenizer is not two parts; download the file again.`,
      );
    }
  }
  return merges;
}

function readTokenTypes(file: GgufFile, vocabSize: number): readonly number[] {
  const types = optionalNumbers(file, 'tokenizer.ggml.token_type');
  if (types === undefined) return [];
  if (types.length === vocabSize) return types;
  throw unsupported(
    file,
    `it has ${vocabSize} tokens but ${types.length} token types; download the file again.`,
  );
}

function readTokenId(file: GgufFile, name: string, vocabSize: number): number | undefined {
  const id = optionalNumber(file, `tokenizer.ggml.${name}_token_id`);
  if (id === undefined || (Number.isInteger(id) && id >= 0 && id < vocabSize)) return id;
  throw unsupported(
    file,
    `its ${name} token is ${id}, but there are ${vocabSize} tokens; download the file again.`,
  );
}

/** Tokens that are cut out of a text before anything else happens to it. */
function addedTokens(tokens: readonly string[], types: readonly number[]): object[] {
  const added: object[] = [];
  for (const [id, type] of types.entries()) {
    if (type !== UNKNOWN && type !== CONTROL && type !== USER_DEFINED) continue;
    added.push({
      id,
      content: tokens[id],
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: type !== USER_DEFINED,
    });
  }
  return added;
}

/** Drops what the vocabulary has no bytes for, as the Rust library and llama.cpp do, and then splits. */
function preTokenizer(pre: PreTokenizer, tokens: readonly string[]): object {
  const pattern = inexpressible(new Set(tokens));
  if (pattern === undefined) return pre.preTokenizer;
  const drop = { type: 'Split', pattern: { Regex: pattern }, behavior: 'Removed', invert: false };
  return { type: 'Sequence', pretokenizers: [drop, pre.preTokenizer] };
}

/** Puts the BOS token in front of a text. */
function bosTemplate(bos: string, id: number): object {
  const start = { SpecialToken: { id: bos, type_id: 0 } };
  const text = { Sequence: { id: 'A', type_id: 0 } };
  return {
    type: 'TemplateProcessing',
    single: [start, text],
    pair: [start, text, { Sequence: { id: 'B', type_id: 1 } }],
    special_tokens: { [bos]: { id: bos, ids: [id], tokens: [bos] } },
  };
}

function endIds(file: GgufFile, tokens: readonly string[], types: readonly number[]): number[] {
  const ids = new Set<number>();
  for (const name of ['eos', 'eot']) {
    const id = readTokenId(file, name, tokens.length);
    if (id !== undefined) ids.add(id);
  }
  for (const [id, type] of types.entries()) {
    if ((type === CONTROL || type === USER_DEFINED) && ENDS_OF_TURN.has(tokens[id])) ids.add(id);
  }
  return [...ids];
}

/**
 * Builds the tokenizer that a GGUF file describes: byte-level BPE (tokenizer.ggml.model `gpt2`) with one of the
 * PRE_TOKENIZERS. Throws EngineError for any other kind and for vocabularies that contradict themselves.
 */
export function tokenizerFromGguf(file: GgufFile): GgufTokenizer {
  const pre = findPreTokenizer(file);
  const tokens = metaStrings(file, 'tokenizer.ggml.tokens');
  const vocabSize = tokens.length;
  if (vocabSize === 0) throw unsupported(file, 'its tokenizer has no tokens; download the file again.');
  const types = readTokenTypes(file, vocabSize);
  const bosId = readTokenId(file, 'bos', vocabSize);
  const eosIds = endIds(file, tokens, types);
  const addBos = bosId !== undefined && (optionalBoolean(file, 'tokenizer.ggml.add_bos_token') ?? pre.addBos);
  const chatTemplate = optionalString(file, 'tokenizer.chat_template');
  const unknownId = readTokenId(file, 'unknown', vocabSize);
  const paddingId = readTokenId(file, 'padding', vocabSize);
  const textOf = (id: number | undefined) => (id === undefined ? undefined : tokens[id]);
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens(tokens, types),
      normalizer: pre.normalizer,
      pre_tokenizer: preTokenizer(pre, tokens),
      post_processor: addBos ? bosTemplate(tokens[bosId], bosId) : null,
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
    },
    tokenizerConfig: {
      tokenizer_class: 'PreTrainedTokenizerFast',
      bos_token: textOf(bosId),
      eos_token: textOf(eosIds[0]),
      unk_token: textOf(unknownId),
      pad_token: textOf(paddingId),
      add_bos_token: addBos,
      chat_template: chatTemplate,
      clean_up_tokenization_spaces: false,
    },
    chatTemplate,
    bosId,
    eosIds,
    vocabSize,
    addBos,
  };
}
