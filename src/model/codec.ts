import type { Tokenizer } from '@huggingface/tokenizers';
import { BYTE_CHARACTERS } from '../gguf/byte-alphabet.ts';
import { boundedTokenizer } from './bounded-tokenizer.ts';
import type { TextCodec } from './types.ts';

type TokenizerJson = ConstructorParameters<typeof Tokenizer>[0];
type TokenizerConfig = ConstructorParameters<typeof Tokenizer>[1];

const byteOf = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

/** Bytes of a vocabulary entry: written in byte-level BPE's alphabet, or as "<0xE2>". */
function bytesOfName(name: string | undefined): readonly number[] | undefined {
  const single = name?.match(/^<0x([0-9A-F]{2})>$/);
  if (single?.[1]) return [Number.parseInt(single[1], 16)];
  const bytes = Array.from(name ?? '', (character) => byteOf.get(character));
  return bytes.length > 0 && bytes.every((byte) => byte !== undefined) ? (bytes as number[]) : undefined;
}

/**
 * A tokenizer as the project uses it: nothing is added or cut silently.
 * @param bosId put before the ids where a text wants a beginning of sequence
 */
export function textCodec(
  tokenizerJson: object,
  tokenizerConfig: object,
  bosId: number | undefined,
): TextCodec {
  const tokenizer = boundedTokenizer(tokenizerJson as TokenizerJson, tokenizerConfig as TokenizerConfig);
  return {
    encode(text, { addBos }) {
      const { ids } = tokenizer.encode(text, { add_special_tokens: false });
      return addBos && bosId !== undefined ? [bosId, ...ids] : ids;
    },
    decode: (ids) =>
      tokenizer.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
    bytes: (id) => bytesOfName(tokenizer.id_to_token(id)),
  };
}
