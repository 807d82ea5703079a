import type { Tokenizer } from '@huggingface/tokenizers';
import { BYTE_CHARACTERS } from '../graph/gguf/byte-alphabet.ts';
import { boundedTokenizer } from './bounded-tokenizer.ts';
import { addedTokensOf, controlTokens, literalTokenizer, markControls } from './control-tokens.ts';
import { keepingSpaces } from './decoder-json.ts';
import type { TextCodec } from './types.ts';

type TokenizerJson = ConstructorParameters<typeof Tokenizer>[0];

const byteOf = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

/** Bytes of a vocabulary entry: written in byte-level BPE's alphabet, or as "<0xE2>". */
function bytesOfName(name: string | undefined): readonly number[] | undefined {
  const single = name?.match(/^<0x([0-9A-F]{2})>$/);
  if (single?.[1]) return [Number.parseInt(single[1], 16)];
  const bytes = Array.from(name ?? '', (character) => byteOf.get(character));
  return bytes.length > 0 && bytes.every((byte) => byte !== undefined) ? (bytes as number[]) : undefined;
}

/** Lets byte-order marks be characters like others: byte fallback's decoder takes one at the start of its bytes away. */
function keepByteOrderMarks(decoder: object | null): void {
  if (decoder === null) return;
  if ('text_decoder' in decoder) decoder.text_decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  if ('decoders' in decoder) for (const inner of decoder.decoders as object[]) keepByteOrderMarks(inner);
}

/**
 * A tokenizer as the project uses it: nothing is added or cut silently, and what is typed is literal text.
 * @param bosId put before the ids where a text wants a beginning of sequence
 */
export function textCodec(
  tokenizerJson: object,
  tokenizerConfig: object,
  bosId: number | undefined,
): TextCodec {
  const json = tokenizerJson as Readonly<Record<string, unknown>>;
  const controls = controlTokens(json);
  const ordinary = addedTokensOf(json).filter(({ content }) => !controls.has(content));
  const encoder = boundedTokenizer(literalTokenizer(json, controls) as TokenizerJson, tokenizerConfig);
  const { decoder, strips } = keepingSpaces(json.decoder as object | null);
  const model = json.model as object;
  // Merges take most of the room and play no part in decoding.
  const reader = boundedTokenizer(
    { ...json, decoder, model: 'merges' in model ? { ...model, merges: [] } : model } as TokenizerJson,
    tokenizerConfig,
  );
  keepByteOrderMarks(reader.decoder);
  const textOf = (ids: readonly number[]) => {
    const named = ids.filter((id) => reader.id_to_token(id) !== undefined);
    if (named.length === 0) return '';
    return reader.decode(named, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
  };
  return {
    encode(text, { addBos, readControls = false }) {
      const typed = typeof text === 'string' ? (readControls ? [] : undefined) : text.typed;
      const written = typeof text === 'string' ? text : text.text;
      const ranges = typed ?? [{ start: 0, end: written.length }];
      const marked = markControls(written, ranges, controls, ordinary);
      const { ids } = encoder.encode(marked, { add_special_tokens: false });
      return addBos && bosId !== undefined && ids[0] !== bosId ? [bosId, ...ids] : ids;
    },
    decode(ids) {
      const text = textOf(ids);
      let start = 0;
      while (start < strips && text[start] === ' ') start++;
      return text.slice(start);
    },
    token: (id) => textOf([id]),
    hasName: (id) => reader.id_to_token(id) !== undefined,
    bytes: (id) => bytesOfName(reader.id_to_token(id)),
  };
}
