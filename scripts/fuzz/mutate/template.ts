import { type Dice, oneOf, someTimes } from './dice.ts';
import { NASTY_NUMBERS, NASTY_TEXTS } from './nasty.ts';

/** Pieces of templates: what runs long, fails, or reaches for what is not there. */
const PIECES: readonly string[] = [
  '{% for i in range(1000000000) %}{% endfor %}',
  '{% for i in range(3000) %}{% for j in range(3000) %}x{% endfor %}{% endfor %}',
  "{{ 'x' * 1000000000 }}",
  "{{ ('x' * 100000).replace('x', 'y' * 1000) }}",
  '{% set x = messages %}{% set y = x + x %}{{ y }}',
  "{% set ns = namespace(t='a') %}{% for i in range(60) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t }}",
  '{% macro f(x) %}{{ f(x) }}{% endmacro %}{{ f(1) }}',
  "{{ raise_exception('No system text.') }}",
  "{{ strftime_now('%Y') }}",
  '{{ messages[0].constructor }}',
  "{{ messages.constructor.constructor('return process')() }}",
  '{{ bos_token.__proto__ }}',
  '{{ undefined.x.y }}',
  '{{ messages[99].content }}',
  '{{ messages | tojson(indent=4) }}',
  '{{ messages | map(attribute="content") | join("\\n") }}',
  "{{ messages[0].content.split(' ')[-1].strip('\\n').upper() }}",
  "{{ messages[0]['content'][::-1] }}",
  '{{ 1 / 0 }}',
  '{{ 1 % 0 }}',
  '{{ 10 ** 400 }}',
  '{% if %}',
  '{% endfor %}',
  '{% set x = x %}{{ x }}',
  '{# never closed',
  '{{ "never closed }}',
  '{% include "x" %}',
  '{% break %}',
  '{% continue %}',
  '{% generation %}{% endgeneration %}',
  '{%- call f() -%}{%- endcall -%}',
  '{% filter upper %}a{% endfilter %}',
  '{{ "((a+)+)$" | replace("(", "") }}',
  `{{ ${'('.repeat(3000)}1${')'.repeat(3000)} }}`,
  `{{ ${'['.repeat(3000)}${']'.repeat(3000)} }}`,
  `{{ ${'not '.repeat(3000)}1 }}`,
  `{{ 1${'+1'.repeat(5000)} }}`,
  `{{ a${'.b'.repeat(5000)} }}`,
  '{% if true %}'.repeat(2000),
  '{% for x in messages %}'.repeat(40),
];

/** A chat template in which tags, expressions and texts are others. */
export function changeTemplate(dice: Dice, text: string, others: readonly string[]): string {
  return someTimes(dice, 3, text, (template) => {
    const parts = template.split(/(?=\{[{%#])|(?<=[}%#]\})/);
    const at = dice.below(parts.length);
    const part = parts[at]!;
    const inside = dice.below(part.length + 1);
    const nasty = () => dice.pick(dice.chance(0.3) ? NASTY_NUMBERS : NASTY_TEXTS);
    return oneOf(dice, [
      [4, () => parts.toSpliced(at, 0, dice.pick(PIECES))],
      [2, () => parts.toSpliced(at, 1)],
      [2, () => parts.toSpliced(at, 0, dice.pick(parts))],
      [2, () => parts.with(at, part.slice(0, inside) + nasty() + part.slice(inside))],
      [2, () => parts.with(at, part.slice(0, inside) + part.slice(inside + 1 + dice.below(5)))],
      [2, () => parts.with(at, part.replace(/\b\w+\b/, nasty))],
      [
        1,
        () =>
          parts.with(
            at,
            part.replace(/==|!=|\+|\bin\b|\band\b|\bor\b/, () =>
              dice.pick(['*', '-', '~', '%', '**', '//', 'is', 'not in', '<']),
            ),
          ),
      ],
      [1, () => [template.slice(0, dice.below(template.length + 1))]],
      [1, () => [dice.pick(others), template]],
      [1, () => Array.from({ length: dice.pick([2, 30]) }, () => template)],
    ]).join('');
  });
}
