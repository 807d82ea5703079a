import { describe, expect, it } from 'vitest';
import { exportedTemplate } from '../../../src/model/chat-template.ts';
import type { ModelFiles } from '../../../src/model/onnx-files.ts';

function filesOf(texts: Readonly<Record<string, string>>): ModelFiles {
  return {
    name: 'export',
    list: () => Object.keys(texts),
    read: async (path) => new TextEncoder().encode(texts[path]),
  };
}

describe("an export's chat template", () => {
  it('is that of the .jinja file before that of the tokenizer’s config, as in transformers 5', async () => {
    const files = filesOf({ 'chat_template.jinja': 'file' });
    expect(await exportedTemplate(files, { chat_template: 'config' })).toBe('file');
    expect(await exportedTemplate(filesOf({}), { chat_template: 'config' })).toBe('config');
    expect(await exportedTemplate(filesOf({}), {})).toBeUndefined();
  });

  it('is that of chat_template.json where nothing else has one', async () => {
    const files = filesOf({ 'chat_template.json': '{"chat_template": "older"}' });
    expect(await exportedTemplate(files, {})).toBe('older');
    expect(await exportedTemplate(files, { chat_template: 'config' })).toBe('config');
  });

  it('is the default one of several', async () => {
    const named = [
      { name: 'tool_use', template: 'tools' },
      { name: 'default', template: 'plain' },
    ];
    expect(await exportedTemplate(filesOf({}), { chat_template: named })).toBe('plain');
    expect(await exportedTemplate(filesOf({}), { chat_template: named.slice(0, 1) })).toBe('tools');
    expect(await exportedTemplate(filesOf({}), { chat_template: { rag: 'r', default: 'd' } })).toBe('d');
  });

  it('is none where it is blank', async () => {
    expect(
      await exportedTemplate(filesOf({ 'chat_template.jinja': '\n' }), { chat_template: ' ' }),
    ).toBeUndefined();
  });
});
