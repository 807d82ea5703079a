import { bind, expectNumber, expectText } from './arguments.ts';
import type { Budget } from './budget.ts';
import { toJson } from './json.ts';
import { attributeOf } from './members.ts';
import { dictSorted, extreme, pathOf, sorted, unique } from './ordering.ts';
import { TEST_WITH_ARGUMENTS } from './syntax.ts';
import { test } from './tests.ts';
import { joinTexts, Text } from './text.ts';
import { percentFormat } from './text-format.ts';
import { capitalise, joinValues, replace, strip, TEXT_METHODS } from './text-methods.ts';
import {
  type Arguments,
  countCharacters,
  Dict,
  Float,
  isTrue,
  itemsOf,
  List,
  numberOf,
  orUndefined,
  TemplateError,
  text,
  toText,
  typeName,
  Undefined,
  type Value,
  weightOf,
} from './values.ts';

type Filter = (value: Value, args: Arguments, budget: Budget) => Value;

const NONE: Arguments = { positional: [], named: new Map() };

/** A text's method as a filter, which takes other values, too. */
const method =
  (name: string): Filter =>
  (value, args, budget) =>
    (TEXT_METHODS.get(name) as (value: Text, args: Arguments, budget: Budget) => Value)(
      toText(value),
      args,
      budget,
    );

function lengthOf(value: Value): number {
  if (value instanceof Dict) return value.entries.size;
  if (value instanceof Text) return countCharacters(value);
  if (value instanceof List || value instanceof Undefined) return itemsOf(value).length;
  throw new TemplateError(`object of type '${typeName(value)}' has no len()`);
}

/** select, reject, selectattr and rejectattr. */
function chosen(wanted: boolean, byAttribute: boolean): Filter {
  return (value, { positional }, budget) => {
    const rest = byAttribute ? positional.slice(1) : positional;
    const [name, ...args] = rest;
    const items = itemsOf(value).filter((item) => {
      budget.spend(1);
      const subject = byAttribute ? pathOf(item, positional[0]) : item;
      return (
        wanted === (name === undefined ? isTrue(subject) : test(expectText(name).text, subject, args, budget))
      );
    });
    return new List(items);
  };
}

function mapped(value: Value, { positional, named }: Arguments, budget: Budget): List {
  const attribute = named.get('attribute');
  const fallback = named.get('default');
  const [name, ...args] = positional;
  return new List(
    itemsOf(value).map((item) => {
      budget.spend(1);
      if (attribute === undefined)
        return applyFilter(expectText(name).text, item, { positional: args, named }, budget);
      return pathOf(item, attribute, fallback);
    }),
  );
}

function toNumber(value: Value, args: Arguments, isWhole: boolean): Value {
  const fallback =
    bind(args, isWhole ? ['default', 'base'] : ['default'])('default') ?? (isWhole ? 0 : new Float(0));
  const number = numberOf(value);
  if (number !== undefined) return isWhole ? Math.trunc(number) : new Float(number);
  if (!(value instanceof Text)) return fallback;
  const written = value.text.trim().replaceAll('_', '');
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(written)) return fallback;
  return isWhole ? Math.trunc(Number(written)) : new Float(Number(written));
}

function rounded(value: Value, args: Arguments): Value {
  const given = bind(args, ['precision', 'method']);
  const unit = 10 ** expectNumber(given('precision') ?? 0);
  const method = expectText(given('method') ?? text('common')).text;
  const scaled = expectNumber(value) * unit;
  if (method === 'floor') return new Float(Math.floor(scaled) / unit);
  if (method === 'ceil') return new Float(Math.ceil(scaled) / unit);
  const near = Math.round(scaled);
  const isTie = Math.abs(scaled % 1) === 0.5;
  return new Float((isTie ? 2 * Math.round(scaled / 2) : near) / unit);
}

function indented(value: Text, args: Arguments, budget: Budget): Text {
  const given = bind(args, ['width', 'first', 'blank']);
  const width = given('width') ?? 4;
  if (!(width instanceof Text)) budget.text(expectNumber(width));
  const space = width instanceof Text ? width : text(' '.repeat(Math.max(0, expectNumber(width))));
  const lines = itemsOf(
    (TEXT_METHODS.get('splitlines') as Filter)(joinTexts([value, text('\n')]), NONE, budget),
  ) as Text[];
  budget.text(value.length + lines.length * space.length);
  const put = lines.map((line, i) => {
    const isPlain =
      i === 0 ? !isTrue(given('first') ?? false) : line.text === '' && !isTrue(given('blank') ?? false);
    return isPlain ? line : joinTexts([space, line]);
  });
  return joinTexts(put, text('\n'));
}

function json(value: Value, args: Arguments, budget: Budget): Text {
  const given = bind(args, ['ensure_ascii', 'indent', 'separators', 'sort_keys']);
  const indent = given('indent') ?? null;
  const spaces =
    indent === null
      ? undefined
      : indent instanceof Text
        ? indent.text
        : ' '.repeat(Math.min(100, Math.max(0, expectNumber(indent))));
  const marks = given('separators') ?? null;
  const [item, key] = marks === null ? [text(spaces === undefined ? ', ' : ','), text(': ')] : itemsOf(marks);
  const options = {
    indent: spaces,
    item: expectText(item).text,
    key: expectText(key).text,
    sortKeys: isTrue(given('sort_keys') ?? false),
    ascii: isTrue(given('ensure_ascii') ?? false),
  };
  const written = toJson(value, options, budget);
  budget.text(written.length);
  return written;
}

function batches(value: Value, args: Arguments): List {
  const size = expectNumber(bind(args, ['linecount', 'fill_with'])('linecount'));
  const items = itemsOf(value);
  if (size < 1) throw new TemplateError('batch takes a whole number above 0');
  return new List(
    Array.from(
      { length: Math.ceil(items.length / size) },
      (_, i) => new List(items.slice(i * size, (i + 1) * size)),
    ),
  );
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
};

const FILTERS: ReadonlyMap<string, Filter> = new Map<string, Filter>([
  ['trim', (value, args) => strip(toText(value), 'both', bind(args, ['chars'])('chars'))],
  ['upper', method('upper')],
  ['lower', method('lower')],
  ['title', method('title')],
  ['capitalize', (value) => capitalise(toText(value))],
  [
    'replace',
    (value, args, budget) => {
      const given = bind(args, ['old', 'new', 'count']);
      const most = given('count') ?? null;
      return replace(
        toText(value),
        toText(given('old') ?? text('')),
        toText(given('new') ?? text('')),
        most === null ? -1 : expectNumber(most),
        budget,
      );
    },
  ],
  ['indent', (value, args, budget) => indented(toText(value), args, budget)],
  ['string', (value) => toText(value)],
  ['safe', (value) => value],
  [
    'escape',
    (value) => toText(value).map((part) => part.replace(/[&<>"']/g, (character) => ENTITIES[character])),
  ],
  ['e', (value) => toText(value).map((part) => part.replace(/[&<>"']/g, (character) => ENTITIES[character]))],
  ['length', lengthOf],
  ['count', lengthOf],
  ['wordcount', (value) => toText(value).text.match(/\w+/g)?.length ?? 0],
  ['first', (value) => orUndefined(itemsOf(value)[0], 'No first item, sequence was empty.')],
  ['last', (value) => orUndefined(itemsOf(value).at(-1), 'No last item, sequence was empty.')],
  ['list', (value) => new List(itemsOf(value))],
  [
    'reverse',
    (value) =>
      value instanceof Text
        ? joinTexts([...itemsOf(value)].reverse() as Text[])
        : new List([...itemsOf(value)].reverse()),
  ],
  [
    'join',
    (value, args, budget) => {
      const given = bind(args, ['d', 'attribute']);
      const attribute = given('attribute') ?? null;
      const parts = itemsOf(value).map((item) => toText(attribute === null ? item : pathOf(item, attribute)));
      return joinValues(parts, toText(given('d') ?? text('')), budget);
    },
  ],
  ['sort', sorted],
  ['unique', (value, _args, budget) => unique(value, budget)],
  ['dictsort', dictSorted],
  ['items', (value) => (value instanceof Undefined ? new List([]) : pairsOf(value))],
  ['map', mapped],
  ['select', chosen(true, false)],
  ['reject', chosen(false, false)],
  ['selectattr', chosen(true, true)],
  ['rejectattr', chosen(false, true)],
  ['batch', batches],
  [
    'sum',
    (value, args) => {
      const given = bind(args, ['attribute', 'start']);
      const attribute = given('attribute') ?? null;
      const numbers = itemsOf(value).map((item) => (attribute === null ? item : pathOf(item, attribute)));
      const total = numbers.reduce(
        (sum: number, item) => sum + expectNumber(item),
        expectNumber(given('start') ?? 0),
      );
      return numbers.some((item) => item instanceof Float) ? new Float(total) : total;
    },
  ],
  ['min', (value) => extreme(value, -1)],
  ['max', (value) => extreme(value, 1)],
  [
    'abs',
    (value) => (value instanceof Float ? new Float(Math.abs(value.value)) : Math.abs(expectNumber(value))),
  ],
  ['round', rounded],
  ['int', (value, args) => toNumber(value, args, true)],
  ['float', (value, args) => toNumber(value, args, false)],
  ['default', withDefault],
  ['d', withDefault],
  ['tojson', json],
  ['attr', (value, { positional }) => attributeOf(value, positional[0])],
  [
    'format',
    (value, { positional }, budget) => percentFormat(toText(value), new List(positional, true), budget),
  ],
]);

function withDefault(value: Value, args: Arguments): Value {
  const given = bind(args, ['default_value', 'boolean']);
  const isMissing = value instanceof Undefined || (isTrue(given('boolean') ?? false) && !isTrue(value));
  if (!isMissing) return value;
  const fallback = given('default_value');
  return fallback === undefined ? text('') : fallback;
}

function pairsOf(value: Value): List {
  if (!(value instanceof Dict)) throw new TemplateError('Can only get item pairs from a mapping.');
  return new List([...value.entries.values()].map((entry) => new List(entry, true)));
}

/** Filters that take a text apart into its characters. */
const ITEMISING: ReadonlySet<string> = new Set(
  'first last list reverse join sort unique map select reject selectattr rejectattr batch sum min max'.split(
    ' ',
  ),
);

/** @throws TemplateError for a filter that Jinja does not have, or that does not take the value */
export function applyFilter(name: string, value: Value, args: Arguments, budget: Budget): Value {
  const tested = TEST_WITH_ARGUMENTS.exec(name);
  if (tested) return test(tested[2], value, args.positional, budget) !== (tested[1] !== undefined);
  const filter = FILTERS.get(name);
  if (!filter) throw new TemplateError(`No filter named '${name}'`);
  budget.weigh(weightOf(value));
  if (value instanceof Text && ITEMISING.has(name)) budget.spend(value.length / 4);
  return filter(value, args, budget);
}
