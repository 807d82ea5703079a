import { describe, expect, it } from 'vitest';
import { renderChat } from '../../../src/model/chat.ts';
import { renderTemplate } from '../../../src/model/template/render.ts';

/** On a slow machine; without a budget each of these takes minutes, all memory, or for ever. */
const SOON_MS = 5000;

const endless: readonly (readonly [what: string, template: string])[] = [
  ['a range', '{% for i in range(1000000000) %}{% endfor %}'],
  ['a range downwards', '{% for i in range(0, -1000000000, -1) %}{% endfor %}'],
  ['a range as a list', '{{ range(99999999999)|list|length }}'],
  ['nested loops', '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}'],
  [
    'nested loops that write',
    '{% for i in range(99999) %}{% for j in range(99999) %}x{% endfor %}{% endfor %}',
  ],
  ['a long text, many times', "{% for i in range(99999) %}{{ 'a' * 3000 }}{% endfor %}"],
  [
    'a text doubled',
    "{% set n = namespace(x='aa') %}{% for i in range(99) %}{% set n.x = n.x ~ n.x %}{% endfor %}",
  ],
  [
    'a text joined',
    "{% set n = namespace(x='aa') %}{% for i in range(99) %}{% set n.x = [n.x, n.x]|join %}{% endfor %}",
  ],
  [
    'a text replaced',
    "{% set n = namespace(x='a') %}{% for i in range(99) %}{% set n.x = n.x|replace('a', 'aa') %}{% endfor %}",
  ],
  [
    'a list doubled',
    '{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = n.x + n.x %}{% endfor %}',
  ],
  [
    'a list in lists',
    '{% set n = namespace(x=[1]) %}{% for i in range(99) %}{% set n.x = [n.x, n.x] %}{% endfor %}{{ n.x }}',
  ],
  [
    'a dict in dicts',
    "{% set n = namespace(x={}) %}{% for i in range(99) %}{% set n.x = {'a': n.x, 'b': n.x} %}{% endfor %}{{ n.x|tojson }}",
  ],
  ['a text times a number', "{{ 'ab' * 1000000000 }}"],
  ['a list times a number', '{{ [1, 2] * 1000000000 }}'],
  ['padding', "{{ 'x'.center(1000000000) }}"],
  ['a format', "{{ '%999999999s' % 'x' }}"],
  ['an indent', "{{ 'x'|indent(1000000000, true) }}"],
  ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
  [
    'macros that call each other twice',
    '{% macro f(n) %}{% if n %}{{ f(n - 1) }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(60) }}',
  ],
  ['a search', "{% for i in range(1000) %}{{ ('a' * 1000000 ~ 'b') in ('a' * 3000000) }}{% endfor %}"],
  [
    'long texts again and again',
    "{% for i in range(99999) %}{{ ('ab' * 1000000).upper().strip()|length }}{% endfor %}",
  ],
  ['a template without end', 'x'.repeat(400_000)],
  ['white space without end', `{% if true %}${' '.repeat(100_000)}{% endif %}`],
];

describe('a template that would not end', () => {
  it.each(endless)('is stopped soon: %s', (_, template) => {
    const model = { name: 'Test model', chatTemplate: template, bosToken: '', eosToken: '' };
    const begun = performance.now();
    expect(() => renderChat(model, [{ role: 'user', content: 'Why?' }])).toThrow(
      expect.objectContaining({
        code: 'bad-input',
        message: expect.stringMatching(
          /^The chat template of Test model .*, so it was stopped; use raw text/,
        ),
      }),
    );
    expect(performance.now() - begun).toBeLessThan(SOON_MS);
  });

  it.each([
    ['brackets', `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`],
    ['lists', `{{ ${'['.repeat(50_000)}${']'.repeat(50_000)} }}`],
    ['conditions', `${'{% if true %}'.repeat(20_000)}${'{% endif %}'.repeat(20_000)}`],
    ['an open statement', '{% if true %}'],
    ['an open expression', '{{ (1'],
  ])('is refused in a sentence: %s', (_, template) => {
    const model = { name: 'Test model', chatTemplate: template, bosToken: '', eosToken: '' };
    expect(() => renderChat(model, [{ role: 'user', content: 'Why?' }])).toThrow(
      expect.objectContaining({ code: 'bad-input', message: expect.stringContaining('Test model') }),
    );
  });

  it('does not keep a long conversation from being rendered', () => {
    const messages = Array.from({ length: 2000 }, (_, i) => ({
      role: i % 2 ? 'assistant' : 'user',
      content: 'word '.repeat(100),
    }));
    const template =
      "{% for m in messages %}{% if m.role == 'user' and m.content is string and '</think>' not in m.content %}<|{{ m.role }}|>{{ m.content.strip() }}{% else %}{{ m.content|trim }}{% endif %}{% if loop.last %}!{% endif %}{% endfor %}";
    expect(renderTemplate(template, { messages }).text.length).toBeGreaterThan(900_000);
  });
});
