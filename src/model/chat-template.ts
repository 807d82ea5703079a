import type { z } from 'zod';
import { templateSchema, tokenizerConfigSchema } from './export-schemas.ts';
import { checkJson } from './json-file.ts';
import { type ModelFiles, optionalJson } from './onnx-files.ts';

type TokenizerConfig = Partial<z.output<typeof tokenizerConfigSchema>>;

/**
 * The chat template of an export: that of the .jinja file, else that of the tokenizer's config, else of the older
 * chat_template.json. A blank one is none.
 */
export async function exportedTemplate(
  files: ModelFiles,
  tokenizerConfig: TokenizerConfig,
): Promise<string | undefined> {
  const path = 'chat_template.jinja';
  if (files.list().includes(path)) {
    const template = checkJson(
      templateSchema,
      new TextDecoder().decode(await files.read(path)),
      path,
      files.name,
    );
    if (template.trim() !== '') return template;
  }
  const configs: readonly TokenizerConfig[] = [
    tokenizerConfig,
    await optionalJson(files, 'chat_template.json', tokenizerConfigSchema),
  ];
  return configs
    .map(({ chat_template: template }) => templateOf(template))
    .find((template) => template !== undefined);
}

/** A template, or the default one of several: a list of named ones, or a record of them. */
function templateOf(value: TokenizerConfig['chat_template']): string | undefined {
  if (!value) return undefined;
  if (typeof value === 'string') return value.trim() === '' ? undefined : value;
  const named: readonly (readonly [name: string, template: string])[] = Array.isArray(value)
    ? value.map(({ name, template }) => [name, template] as const)
    : Object.entries(value);
  return templateOf((named.find(([name]) => name === 'default') ?? named[0])?.[1]);
}
