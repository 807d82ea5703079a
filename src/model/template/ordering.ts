import { bind, expectText } from './arguments.ts';
import type { Budget } from './budget.ts';
import { attributeOf } from './members.ts';
import { Text } from './text.ts';
import {
  type Arguments,
  areEqual,
  compare,
  Dict,
  isTrue,
  itemsOf,
  List,
  TemplateError,
  text,
  typeName,
  Undefined,
  type Value,
} from './values.ts';

/** The value at a path like "function.name"; what is not there on the way counts as the fallback. */
export function pathOf(item: Value, path: Value, fallback?: Value): Value {
  const parts: readonly Value[] =
    path instanceof Text
      ? path.text.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : text(part)))
      : [path];
  return parts.reduce((value: Value, part) => {
    const found = attributeOf(value, part);
    return found instanceof Undefined && fallback !== undefined ? fallback : found;
  }, item);
}

const lowered = (value: Value): Value =>
  value instanceof Text ? value.map((part) => part.toLowerCase()) : value;

export function sorted(value: Value, args: Arguments, budget: Budget): List {
  const given = bind(args, ['reverse', 'case_sensitive', 'attribute']);
  const attribute = given('attribute') ?? null;
  const items = itemsOf(value).map((item) => {
    const key = attribute === null ? item : pathOf(item, attribute);
    return { item, key: isTrue(given('case_sensitive') ?? false) ? key : lowered(key) };
  });
  budget.spend(items.length * 16);
  const sign = isTrue(given('reverse') ?? false) ? -1 : 1;
  return new List(items.sort((a, b) => sign * compare(a.key, b.key)).map(({ item }) => item));
}

export function dictSorted(value: Value, args: Arguments): List {
  const given = bind(args, ['case_sensitive', 'by', 'reverse']);
  if (!(value instanceof Dict)) throw new TemplateError(`${typeName(value)} has no items to sort`);
  const at = expectText(given('by') ?? text('key')).text === 'value' ? 1 : 0;
  const sensitive = isTrue(given('case_sensitive') ?? false);
  const keyOf = (entry: readonly [Value, Value]) => (sensitive ? entry[at] : lowered(entry[at]));
  const sign = isTrue(given('reverse') ?? false) ? -1 : 1;
  const entries = [...value.entries.values()].sort((a, b) => sign * compare(keyOf(a), keyOf(b)));
  return new List(entries.map((entry) => new List(entry, true)));
}

export function unique(value: Value, budget: Budget): List {
  const items: Value[] = [];
  for (const item of itemsOf(value)) {
    budget.spend(items.length / 8);
    if (!items.some((other) => areEqual(lowered(other), lowered(item)))) items.push(item);
  }
  return new List(items);
}

export function extreme(value: Value, sign: number): Value {
  const [first, ...rest] = itemsOf(value);
  if (first === undefined) return new Undefined('No aggregated item, sequence was empty.');
  return rest.reduce((best, item) => (sign * compare(lowered(item), lowered(best)) > 0 ? item : best), first);
}
