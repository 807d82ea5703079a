import { Tokenizer } from '@huggingface/tokenizers';
import type { TextCodec } from './types.ts';

type TokenizerJson = ConstructorParameters<typeof Tokenizer>[0];
type TokenizerConfig = ConstructorParameters<typeof Tokenizer>[1];

/**
 * A tokenizer as the project uses it: nothing is added or cut silently.
 * @param bosId put before the ids where a text wants a beginning of sequence
 */
export function textCodec(
  tokenizerJson: object,
  tokenizerConfig: object,
  bosId: number | undefined,
): TextCodec {
  const tokenizer = new Tokenizer(tokenizerJson as TokenizerJson, tokenizerConfig as TokenizerConfig);
  return {
    encode(text, { addBos }) {
      const { ids } = tokenizer.encode(text, { add_special_tokens: false });
      return addBos && bosId !== undefined ? [bosId, ...ids] : ids;
    },
    decode: (ids) =>
      tokenizer.decode([...ids], { skip_special_tokens: false, clean_up_tokenization_spaces: false }),
  };
}
