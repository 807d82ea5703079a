import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderTemplate } from '../../../src/model/template/render.ts';

interface Fixtures {
  readonly variables: Readonly<Record<string, unknown>>;
  readonly cases: readonly { readonly template: string; readonly text?: string; readonly error?: string }[];
}

const { variables, cases } = JSON.parse(
  readFileSync(new URL('../../fixtures/templates.json', import.meta.url), 'utf8'),
) as Fixtures;

describe('a template, as Python renders it', () => {
  it.each(cases.filter(({ text }) => text !== undefined))('$template', ({ template, text }) => {
    expect(renderTemplate(template, variables).text).toBe(text);
  });

  it.each(cases.filter(({ error }) => error !== undefined))('refuses $template ($error)', ({ template }) => {
    expect(() => renderTemplate(template, variables)).toThrow(Error);
  });
});
