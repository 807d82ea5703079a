import { z } from 'zod';

/** Ids beyond this would make lists of gigabytes. */
const MOST_ID = 2 ** 24;
/** Characters of a token, of a piece of text that is put somewhere, and of a pattern. */
const LONGEST_TOKEN = 10_000;
const LONGEST_TEXT = 1000;
const LONGEST_PATTERN = 10_000;
/** Parts of a sequence, and of all sequences of a kind together. */
const MOST_PARTS = 64;
/** How many times as long a text may become by all replacements one after another. */
const MOST_GROWTH = 256;

const id = z.int().min(0).max(MOST_ID);
const text = z.string().max(LONGEST_TEXT);
const pattern = z.union([
  z.looseObject({ Regex: z.string().min(1).max(LONGEST_PATTERN) }),
  z.looseObject({ String: z.string().min(1).max(LONGEST_TEXT) }),
]);

const plain = <Name extends string>(...names: Name[]) =>
  names.map((name) => z.looseObject({ type: z.literal(name) }));

/** A schema for parts that are told apart by `type`; `inner` builds those that consist of others. */
function parts(what: string, options: readonly z.core.$ZodTypeDiscriminable[]) {
  const [first, ...rest] = options;
  return z.discriminatedUnion(
    'type',
    [first, ...rest] as [z.core.$ZodTypeDiscriminable, ...z.core.$ZodTypeDiscriminable[]],
    {
      error: (issue) =>
        issue.code === 'invalid_union' ? `the type of ${what} is not one that is known` : undefined,
    },
  );
}

const replace = z.looseObject({ type: z.literal('Replace'), pattern, content: text.nullish() });

const normalizer: z.ZodType = z.lazy(() =>
  parts('this normalizer', [
    ...plain(
      'NFC',
      'NFD',
      'NFKC',
      'NFKD',
      'Strip',
      'StripAccents',
      'Lowercase',
      'BertNormalizer',
      'Precompiled',
    ),
    replace,
    z.looseObject({ type: z.literal('Prepend'), prepend: text }),
    z.looseObject({ type: z.literal('Sequence'), normalizers: z.array(normalizer).max(MOST_PARTS) }),
  ]),
);

const preTokenizer: z.ZodType = z.lazy(() =>
  parts('this pre-tokenizer', [
    ...plain('BertPreTokenizer', 'Whitespace', 'WhitespaceSplit', 'ByteLevel', 'Punctuation', 'Digits'),
    replace,
    z.looseObject({
      type: z.literal('Metaspace'),
      replacement: text.nullish(),
      str_rep: text.nullish(),
      prepend_scheme: text.nullish(),
    }),
    z.looseObject({
      type: z.literal('Split'),
      pattern,
      behavior: text.nullish(),
      invert: z.boolean().nullish(),
    }),
    z.looseObject({ type: z.literal('FixedLength'), length: z.int().min(1).max(MOST_ID) }),
    z.looseObject({ type: z.literal('Sequence'), pretokenizers: z.array(preTokenizer).max(MOST_PARTS) }),
  ]),
);

const decoder: z.ZodType = z.lazy(() =>
  parts('this decoder', [
    ...plain('ByteLevel', 'Fuse', 'ByteFallback'),
    replace,
    z.looseObject({ type: z.literal('WordPiece'), prefix: text.nullish(), cleanup: z.boolean().nullish() }),
    z.looseObject({ type: z.literal('Metaspace'), replacement: text.nullish() }),
    z.looseObject({ type: z.literal('BPEDecoder'), suffix: text.nullish() }),
    z.looseObject({
      type: z.literal('CTC'),
      pad_token: text.nullish(),
      word_delimiter_token: text.nullish(),
      cleanup: z.boolean().nullish(),
    }),
    z.looseObject({
      type: z.literal('Strip'),
      content: text.nullish(),
      start: z.int().min(0).max(1000).nullish(),
      stop: z.int().min(0).max(1000).nullish(),
    }),
    z.looseObject({ type: z.literal('Sequence'), decoders: z.array(decoder).max(MOST_PARTS) }),
  ]),
);

const templateItem = z.union([
  z.looseObject({ SpecialToken: z.looseObject({ id: z.string().max(LONGEST_TOKEN) }) }),
  z.looseObject({ Sequence: z.looseObject({ id: z.string().max(1) }) }),
]);
const template = z.array(templateItem).max(MOST_PARTS);
const namedToken = z.tuple([z.string().max(LONGEST_TOKEN), id]);

const postProcessor: z.ZodType = z.lazy(() =>
  parts('this post-processor', [
    ...plain('ByteLevel'),
    z.looseObject({ type: z.literal('TemplateProcessing'), single: template, pair: template.nullish() }),
    z.looseObject({ type: z.literal('BertProcessing'), sep: namedToken, cls: namedToken }),
    z.looseObject({ type: z.literal('RobertaProcessing'), sep: namedToken, cls: namedToken }),
    z.looseObject({ type: z.literal('Sequence'), processors: z.array(postProcessor).max(MOST_PARTS) }),
  ]),
);

/** A record of a vocabulary is checked by hand: a schema for each entry would take many times its memory. */
const vocabulary = z.custom<Readonly<Record<string, number>>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((each) => Number.isInteger(each) && each >= 0 && each <= MOST_ID),
  `expected tokens with ids of 0 to ${MOST_ID}`,
);

const isPair = (value: unknown) =>
  Array.isArray(value) &&
  value.length === 2 &&
  value.every((part) => typeof part === 'string' && part !== '');
const isJoined = (value: unknown) => typeof value === 'string' && /^[^ ]+ [^ ]+$/.test(value);

const merges = z.custom<readonly (string | readonly [string, string])[]>(
  (value) => Array.isArray(value) && (value.every(isJoined) || value.every(isPair)),
  'expected a list of pairs of tokens',
);

/** Characters of a piece at most: for each place of a text all pieces that start there are tried. */
const LONGEST_PIECE = 512;
const pieces = z.custom<readonly (readonly [string, number])[]>(
  (value) =>
    Array.isArray(value) &&
    value.every(
      (each) =>
        Array.isArray(each) &&
        typeof each[0] === 'string' &&
        each[0].length <= LONGEST_PIECE &&
        Number.isFinite(each[1]),
    ),
  `expected a list of pieces of at most ${LONGEST_PIECE} characters with their scores`,
);

const token = z.string().max(LONGEST_TOKEN).nullish();

const model = z.union([
  z.looseObject({
    // Left out by old versions of the tool that writes it.
    type: z.literal('BPE').optional(),
    vocab: vocabulary,
    merges,
    unk_token: token,
    end_of_word_suffix: token,
    continuing_subword_prefix: token,
    continuing_subword_suffix: token,
    fuse_unk: z.boolean().nullish(),
    byte_fallback: z.boolean().nullish(),
    ignore_merges: z.boolean().nullish(),
  }),
  z.looseObject({
    type: z.literal('WordPiece'),
    vocab: vocabulary,
    unk_token: z.string().max(LONGEST_TOKEN),
    continuing_subword_prefix: z.string().max(LONGEST_TOKEN),
    max_input_chars_per_word: z.int().min(1).max(200).nullish(),
  }),
  z
    .looseObject({ type: z.literal('Unigram'), vocab: pieces, unk_id: id.nullish() })
    .refine(({ vocab, unk_id }) => (unk_id ?? 0) < vocab.length, 'there is no piece for unknown characters'),
]);

const addedToken = z.looseObject({
  id,
  content: z.string().min(1).max(LONGEST_TOKEN),
  single_word: z.boolean().nullish(),
  lstrip: z.boolean().nullish(),
  rstrip: z.boolean().nullish(),
  normalized: z.boolean().nullish(),
  special: z.boolean().nullish(),
});

interface Part {
  readonly type?: string;
  readonly pattern?: { readonly String?: string };
  readonly content?: string | null;
  readonly prepend?: string;
}

/** All parts of a part, itself included. */
function* partsOf(part: unknown): Generator<Part> {
  if (typeof part !== 'object' || part === null) return;
  yield part as Part;
  for (const inner of Object.values(part))
    if (Array.isArray(inner)) for (const each of inner) yield* partsOf(each);
}

/** Whether parts, one after another, make a text so many times as long. */
function isBounded(part: unknown): boolean {
  let count = 0;
  let growth = 1;
  for (const { type, pattern: replaced, content, prepend } of partsOf(part)) {
    if (type !== undefined && ++count > MOST_PARTS) return false;
    if (type === 'Replace') growth *= Math.max(1, (content?.length ?? 0) / (replaced?.String?.length ?? 1));
    if (type === 'Prepend') growth *= 1 + (prepend?.length ?? 0) / LONGEST_TEXT;
  }
  return growth <= MOST_GROWTH;
}

const bounded = (schema: z.ZodType) =>
  schema
    .nullish()
    .refine(isBounded, 'it has more parts, or makes a text far longer, than those of any model');

/** A tokenizer.json, as far as @huggingface/tokenizers relies on it. */
export const tokenizerSchema = z.looseObject({
  added_tokens: z.array(addedToken).max(MOST_ID).nullish(),
  normalizer: bounded(normalizer),
  pre_tokenizer: bounded(preTokenizer),
  post_processor: bounded(postProcessor),
  decoder: bounded(decoder),
  model,
});
