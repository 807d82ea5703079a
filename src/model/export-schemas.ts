import { z } from 'zod';

/** Ids, sizes and positions beyond this are of no model. */
const MOST = 2 ** 31 - 1;

const size = z.int().min(1).max(MOST).nullish();
const id = z.int().min(0).max(MOST);
/** Some exporters write -1 for no token. */
const ids = z.union([z.int().min(-1).max(MOST), z.array(id).max(10_000)]).nullish();

const shape = {
  model_type: z.string().max(1000).nullish(),
  vocab_size: size,
  max_position_embeddings: size,
  n_positions: size,
  n_ctx: size,
  seq_length: size,
  hidden_size: size,
  n_embd: size,
  num_attention_heads: size,
  n_head: size,
  head_dim: size,
  kv_channels: size,
  head_size: size,
  eos_token_id: ids,
  bos_token_id: ids,
};

/** What is read of config.json. */
export const configSchema = z.looseObject({ ...shape, text_config: z.looseObject(shape).nullish() });

/** What is read of generation_config.json. */
export const generationSchema = z.looseObject({ eos_token_id: ids, bos_token_id: ids });

/** What is read of onnxruntime-genai's genai_config.json. */
export const genaiSchema = z.looseObject({
  model: z
    .looseObject({
      type: z.string().max(1000).nullish(),
      vocab_size: size,
      context_length: size,
      eos_token_id: ids,
      bos_token_id: ids,
      decoder: z.looseObject({ hidden_size: size, num_attention_heads: size, head_size: size }).nullish(),
    })
    .nullish(),
});

/** Characters. */
const LONGEST_TOKEN = 10_000;
const tokenText = z.string().max(LONGEST_TOKEN);
const specialToken = z.union([tokenText, z.looseObject({ content: tokenText })]).nullish();
/** Characters of a chat template; what it does is bounded where it is rendered. */
export const templateSchema = z.string().max(1_000_000);

/** What is read of tokenizer_config.json. */
export const tokenizerConfigSchema = z.looseObject({
  bos_token: specialToken,
  eos_token: specialToken,
  unk_token: specialToken,
  pad_token: specialToken,
  add_bos_token: z.boolean().nullish(),
  chat_template: z
    .union([
      templateSchema,
      z.array(z.looseObject({ name: z.string().max(1000), template: templateSchema })).max(100),
      z.record(z.string(), templateSchema),
    ])
    .nullish(),
  additional_special_tokens: z.array(specialToken).max(100_000).nullish(),
  remove_space: z.boolean().nullish(),
  clean_up_tokenization_spaces: z.boolean().nullish(),
  do_lowercase_and_remove_accent: z.boolean().nullish(),
});
