import { expectNumber } from './arguments.ts';
import type { Budget } from './budget.ts';
import { joinTexts, type Text } from './text.ts';
import { type Arguments, List, numberOf, TemplateError, text, toText, type Value } from './values.ts';

/** `{}`, `{0}`, `{name}` filled in; `{{` and `}}` are braces. */
export function format(value: Text, { positional, named }: Arguments, budget: Budget): Text {
  let next = 0;
  const parts: Text[] = [];
  let at = 0;
  for (const { index, 0: found } of value.text.matchAll(/\{\{|\}\}|\{(\w*)\}/g)) {
    parts.push(value.slice(at, index));
    at = index + found.length;
    if (found === '{{' || found === '}}') parts.push(value.slice(index, index + 1));
    else {
      const name = found.slice(1, -1);
      const filled =
        name === '' ? positional[next++] : /^\d+$/.test(name) ? positional[Number(name)] : named.get(name);
      if (filled === undefined) throw new TemplateError(`nothing to fill ${found} with`);
      parts.push(toText(filled));
    }
  }
  parts.push(value.slice(at));
  const whole = joinTexts(parts);
  budget.text(whole.length);
  return whole;
}

/** `text % values` for %s, %d, %r, %f and %%. */
export function percentFormat(value: Text, given: Value, budget: Budget): Text {
  const values = given instanceof List && given.isTuple ? given.items : [given];
  let next = 0;
  const parts: Text[] = [];
  let at = 0;
  for (const { index, 0: found } of value.text.matchAll(/%(0?\d*)(?:\.(\d+))?([sdrfi%])/g)) {
    parts.push(value.slice(at, index));
    at = index + found.length;
    if (found === '%%') {
      parts.push(value.slice(index, index + 1));
      continue;
    }
    const filled = values[next++];
    if (filled === undefined) throw new TemplateError('not enough arguments for format string');
    const [, width, digits, kind] = /%(0?\d*)(?:\.(\d+))?(.)/.exec(found) as RegExpExecArray;
    let written = toText(filled);
    if (kind === 'd' || kind === 'i') written = text(String(Math.trunc(expectNumber(filled))));
    if (kind === 'f') written = text(expectNumber(filled).toFixed(Math.min(100, Number(digits ?? 6))));
    const padding = Number(width) - written.length;
    if (padding > 0) budget.text(padding);
    parts.push(padding > 0 ? text((width.startsWith('0') ? '0' : ' ').repeat(padding)) : text(''), written);
  }
  parts.push(value.slice(at));
  if (next < values.length && numberOf(given) === undefined)
    throw new TemplateError('not all arguments converted during string formatting');
  return joinTexts(parts);
}
