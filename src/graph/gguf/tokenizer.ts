import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { byteLevelParts } from './byte-level.ts';
import { endsByName, isControl } from './control-names.ts';
import { sentencePieceParts } from './sentencepiece.ts';
import { tokenTypes, WHOLE } from './token-types.ts';
import { TOKEN_TYPES, type TokenizerParts, type Vocabulary } from './tokenizer-parts.ts';
import type { GgufFile } from './types.ts';
import { metaString, metaStrings, optionalBoolean, optionalNumber, optionalString } from './values.ts';

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
  /** What was taken otherwise than the file says, in a sentence. */
  readonly notice: string | undefined;
}

function unsupported(file: GgufFile, what: string): EngineError {
  return new EngineError('unsupported-model', `${file.source.name}: ${what}`);
}

const KINDS: ReadonlyMap<string, (file: GgufFile, vocabulary: Vocabulary) => TokenizerParts> = new Map([
  ['gpt2', byteLevelParts],
  ['llama', sentencePieceParts],
]);

function partsOf(file: GgufFile, vocabulary: Vocabulary): TokenizerParts {
  const kind = metaString(file, 'tokenizer.ggml.model');
  const parts = KINDS.get(kind);
  if (parts) return parts(file, vocabulary);
  throw unsupported(
    file,
    `its tokenizer is of the kind ${shownName(kind)}, which is not supported; choose a model whose tokenizer is byte-level BPE (gpt2) or SentencePiece (llama).`,
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
    if (!WHOLE.has(type)) continue;
    added.push({
      id,
      content: tokens[id],
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: type !== TOKEN_TYPES.userDefined,
    });
  }
  return added;
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

const START_IDS = ['bos', 'cls'];
const END_IDS = ['eos', 'eot', 'eom'];

function endIds(file: GgufFile, tokens: readonly string[], types: readonly number[]): number[] {
  const named = END_IDS.map((name) => readTokenId(file, name, tokens.length)).filter(
    (id) => id !== undefined,
  );
  const controls = tokens
    .map((name, id) => [name, id] as const)
    .filter(([name, id]) => WHOLE.has(types[id]) && isControl(name, types[id] !== TOKEN_TYPES.userDefined));
  return [...new Set([...named, ...endsByName(controls)])];
}

/**
 * Builds the tokenizer that a GGUF file describes: byte-level BPE (tokenizer.ggml.model `gpt2`) with one of the
 * PRE_TOKENIZERS, or SentencePiece's (`llama`). Throws EngineError for any other kind and for vocabularies that
 * contradict themselves.
 */
export function tokenizerFromGguf(file: GgufFile): GgufTokenizer {
  const tokens = metaStrings(file, 'tokenizer.ggml.tokens');
  const vocabSize = tokens.length;
  if (vocabSize === 0) throw unsupported(file, 'its tokenizer has no tokens; download the file again.');
  const unknownId = readTokenId(file, 'unknown', vocabSize);
  const special = [...START_IDS, ...END_IDS].map((name) => readTokenId(file, name, vocabSize));
  const { types, notice } = tokenTypes(
    file,
    tokens,
    new Set(special.filter((id) => id !== undefined)),
    unknownId,
  );
  const parts = partsOf(file, { tokens, types, unknownId });
  const bosId = readTokenId(file, 'bos', vocabSize);
  const eosIds = endIds(file, tokens, types);
  const addBos =
    bosId !== undefined && (optionalBoolean(file, 'tokenizer.ggml.add_bos_token') ?? parts.addBos);
  const chatTemplate = optionalString(file, 'tokenizer.chat_template') || undefined;
  const paddingId = readTokenId(file, 'padding', vocabSize);
  const textOf = (id: number | undefined) => (id === undefined ? undefined : tokens[id]);
  return {
    tokenizerJson: {
      version: '1.0',
      truncation: null,
      padding: null,
      added_tokens: addedTokens(tokens, types),
      normalizer: parts.normalizer,
      pre_tokenizer: parts.preTokenizer,
      post_processor: addBos ? bosTemplate(tokens[bosId], bosId) : null,
      decoder: parts.decoder,
      model: parts.model,
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
    notice,
  };
}
