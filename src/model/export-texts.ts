import { exportedTemplate } from './chat-template.ts';
import { generationSchema, tokenizerConfigSchema } from './export-schemas.ts';
import { type ModelFiles, optionalJson, readConfig, readJson } from './onnx-files.ts';
import type { ExportTexts } from './onnx-identity.ts';
import { tokenizerSchema } from './tokenizer-schema.ts';

/** Parts that a tokenizer.json leaves out are none, and written as such. */
function withAllParts(tokenizer: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const none = { normalizer: null, pre_tokenizer: null, post_processor: null, decoder: null };
  const given = Object.entries(tokenizer).filter(([, value]) => value !== undefined);
  return { ...none, ...Object.fromEntries(given), added_tokens: tokenizer.added_tokens ?? [] };
}

/**
 * What an export's files say beside its graph.
 * @throws EngineError `load-failed` where a file is missing or damaged
 */
export async function exportTexts(files: ModelFiles): Promise<ExportTexts> {
  const config = await readConfig(files);
  const generation = await optionalJson(files, 'generation_config.json', generationSchema);
  const tokenizer = withAllParts(await readJson(files, 'tokenizer.json', tokenizerSchema));
  const tokenizerConfig = await optionalJson(files, 'tokenizer_config.json', tokenizerConfigSchema);
  const template = await exportedTemplate(files, tokenizerConfig);
  return { config, generation, tokenizer, tokenizerConfig, template };
}
