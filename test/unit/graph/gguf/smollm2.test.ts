import { openAsBlob, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Template } from '@huggingface/jinja';
import { Tokenizer } from '@huggingface/tokenizers';
import { describe, expect, it } from 'vitest';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import { tokenizerFromGguf } from '../../../../src/graph/gguf/tokenizer.ts';
import { blobSource } from '../../../../src/lib/bytes/source.ts';

function json(path: string) {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
}

const path = fileURLToPath(
  new URL('../../../../public/models/SmolLM2-135M-Instruct.Q4_1.gguf', import.meta.url),
);
const file = await readGguf(blobSource(await openAsBlob(path), 'SmolLM2-135M-Instruct.Q4_1.gguf'));
const parts = tokenizerFromGguf(file);
const tokenizer = new Tokenizer(parts.tokenizerJson, parts.tokenizerConfig);
const reference: { prompts: { prompt: string; templated: string; input_ids: number[] }[] } = json(
  '../../../fixtures/smollm2-reference.json',
);
const fixture = json('../../../fixtures/gguf/token-ids.json');
const texts: string[] = fixture.texts;

describe('the default model', () => {
  it('ends answers at <|im_end|> and <|endoftext|>', () => {
    expect(parts).toMatchObject({ bosId: 1, eosIds: [2, 0], vocabSize: 49152, addBos: false });
    expect(file.tensors.size).toBe(272);
  });

  it.each(reference.prompts)(
    '"$prompt" gives the reference token ids',
    ({ prompt, templated, input_ids }) => {
      const chat = new Template(parts.chatTemplate!).render({
        messages: [{ role: 'user', content: prompt }],
        add_generation_prompt: true,
      });
      expect(chat).toBe(templated);
      expect(tokenizer.encode(templated).ids).toEqual(input_ids);
    },
  );

  it('gives every text back that its vocabulary can express', () => {
    const expressible = texts.filter((text) => !text.includes('\u0004'));
    expect(expressible).toHaveLength(39);
    for (const text of expressible) expect(tokenizer.decode(tokenizer.encode(text).ids)).toBe(text);
  });
});

describe('ids of the Rust library', () => {
  it.each(['smollm', 'gpt-2', 'llama-bpe', 'qwen2', 'default'])('are the same with the rules %s', (pre) => {
    const metadata = new Map([...file.metadata, ['tokenizer.ggml.pre', pre]]) as typeof file.metadata;
    const { tokenizerJson, tokenizerConfig } = tokenizerFromGguf({ ...file, metadata });
    const other = new Tokenizer(tokenizerJson, tokenizerConfig);
    const ids = texts.map((text) => other.encode(text).ids);
    expect(ids).toEqual(fixture[pre]);
  });
});
