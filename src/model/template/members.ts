import { bind, expectNumber } from './arguments.ts';
import type { Budget } from './budget.ts';
import { joinTexts, Text } from './text.ts';
import { TEXT_METHODS } from './text-methods.ts';
import {
  type Arguments,
  areEqual,
  Callable,
  charactersOf,
  Dict,
  List,
  Namespace,
  numberOf,
  orUndefined,
  TemplateError,
  typeName,
  Undefined,
  type Value,
  weightOf,
} from './values.ts';

const DICT_METHODS = new Map<string, (dict: Dict, args: Arguments) => Value>([
  [
    'get',
    (dict, args) => {
      const given = bind(args, ['key', 'default']);
      const found = dict.get(given('key') as Value);
      return found === undefined ? (given('default') ?? null) : found;
    },
  ],
  ['items', (dict) => new List([...dict.entries.values()].map((entry) => new List(entry, true)))],
  ['keys', (dict) => new List(dict.keys())],
  ['values', (dict) => new List([...dict.entries.values()].map(([, value]) => value))],
  ['copy', (dict) => dict],
]);

const LIST_METHODS = new Map<string, (list: List, args: Arguments) => Value>([
  [
    'index',
    (list, { positional }) => {
      const at = list.items.findIndex((item) => areEqual(item, positional[0]));
      if (at < 0) throw new TemplateError('value is not in list');
      return at;
    },
  ],
  ['count', (list, { positional }) => list.items.filter((item) => areEqual(item, positional[0])).length],
  ['copy', (list) => list],
]);

function methodOf(value: Value, name: string, budget: Budget | undefined): Callable | undefined {
  if (value instanceof Text && budget) {
    const method = TEXT_METHODS.get(name);
    return (
      method &&
      new Callable(name, (args) => {
        budget.weigh([value, ...args.positional].reduce((sum: number, each) => sum + weightOf(each), 0));
        return method(value, args, budget);
      })
    );
  }
  if (value instanceof Dict) {
    const method = DICT_METHODS.get(name);
    return method && new Callable(name, (args) => method(value, args));
  }
  if (value instanceof List) {
    const method = LIST_METHODS.get(name);
    return method && new Callable(name, (args) => method(value, args));
  }
  return undefined;
}

const SURROGATE = /[\ud800-\udfff]/;

/** An entry by key or index; undefined where there is none. */
function entryOf(value: Value, key: Value): Value | undefined {
  if (value instanceof Dict) return value.get(key);
  if (value instanceof Namespace) return key instanceof Text ? value.values.get(key.text) : undefined;
  const index = numberOf(key);
  if (index === undefined) return undefined;
  if (value instanceof List) return value.items.at(index);
  if (!(value instanceof Text)) return undefined;
  if (SURROGATE.test(value.text)) return charactersOf(value).at(index);
  const at = index < 0 ? index + value.length : index;
  return at >= 0 && at < value.length ? value.slice(at, at + 1) : undefined;
}

/**
 * `value.name` or `value[key]`, which look for methods and entries in this and in the other order.
 * @param budget without it, as in paths of filters, there are no methods of texts
 * @throws TemplateError where there is no value to look in
 */
export function attributeOf(value: Value, key: Value, dotted = false, budget?: Budget): Value {
  if (value instanceof Undefined) throw new TemplateError(`${value.what} is undefined`);
  const method = key instanceof Text ? () => methodOf(value, key.text, budget) : () => undefined;
  const entry = entryOf(value, key);
  const isEntryFirst = !dotted && entry !== undefined;
  const found = isEntryFirst ? entry : (method() ?? entry);
  return orUndefined(
    found,
    `${typeName(value)} object has no ${key instanceof Text ? key.text : 'such item'}`,
  );
}

/** A part of a list or text, as Python slices. */
export function sliceOf(value: Value, bounds: readonly (Value | undefined)[], budget: Budget): Value {
  if (value instanceof Undefined) throw new TemplateError(`${value.what} is undefined`);
  if (!(value instanceof List || value instanceof Text))
    throw new TemplateError(`${typeName(value)} has no parts`);
  const [from, to, by] = bounds.map((bound) =>
    bound === undefined || bound === null ? undefined : expectNumber(bound),
  );
  const step = by ?? 1;
  if (step === 0) throw new TemplateError('slice step cannot be zero');
  const isPlain = value instanceof Text && step === 1 && !SURROGATE.test(value.text);
  const items: readonly Value[] = value instanceof List ? value.items : isPlain ? [] : charactersOf(value);
  const length = isPlain ? value.length : items.length;
  budget.spend(length / 16);
  const clamp = (index: number, low: number, high: number) =>
    Math.min(Math.max(index < 0 ? index + length : index, low), high);
  const start =
    step > 0 ? clamp(from ?? 0, 0, length) : from === undefined ? length - 1 : clamp(from, -1, length - 1);
  const stop = step > 0 ? clamp(to ?? length, 0, length) : to === undefined ? -1 : clamp(to, -1, length - 1);
  if (isPlain) return value.slice(start, Math.max(start, stop));
  if (value instanceof Text && step === 1) {
    const before = (count: number) =>
      (items.slice(0, count) as Text[]).reduce((sum, part) => sum + part.length, 0);
    return value.slice(before(start), before(Math.max(start, stop)));
  }
  const taken: Value[] = [];
  for (let i = start; step > 0 ? i < stop : i > stop; i += step) taken.push(items[i]);
  return value instanceof List ? new List(taken, value.isTuple) : joinTexts(taken as Text[]);
}
