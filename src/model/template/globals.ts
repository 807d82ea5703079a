import { expectNumber, expectText } from './arguments.ts';
import { type Budget, TooMuchWork } from './budget.ts';
import {
  type Arguments,
  Callable,
  Dict,
  itemsOf,
  List,
  Namespace,
  TemplateError,
  text,
  toText,
  type Value,
} from './values.ts';

/** Longest range of Jinja's own sandbox. */
const LONGEST_RANGE = 100_000;

function range({ positional }: Arguments, budget: Budget): List {
  const numbers = positional.map(expectNumber);
  const [start, stop, step = 1] = numbers.length === 1 ? [0, numbers[0]] : numbers;
  if (stop === undefined) throw new TemplateError('range expected at least 1 argument');
  if (step === 0) throw new TemplateError('range() arg 3 must not be zero');
  const length = Math.max(0, Math.ceil((stop - start) / step));
  if (length > LONGEST_RANGE) throw new TooMuchWork(`counts to ${length.toLocaleString('en')}`);
  budget.items(length);
  return new List(Array.from({ length }, (_, i) => start + i * step));
}

function entriesOf({ positional, named }: Arguments): [string, Value][] {
  const [given] = positional;
  const first: [string, Value][] =
    given instanceof Dict
      ? [...given.entries.values()].map(([key, value]) => [toText(key).text, value])
      : given === undefined
        ? []
        : itemsOf(given).map((pair) => {
            const [key, value] = itemsOf(pair);
            return [expectText(key).text, value];
          });
  return [...first, ...named];
}

const pad = (value: number, width = 2) => String(value).padStart(width, '0');
const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');

/** A date as Python's strftime writes it in English. */
function formatDate(date: Date, format: string): string {
  const hour = date.getHours();
  const month = MONTHS[date.getMonth()];
  const day = DAYS[date.getDay()];
  const fields: Readonly<Record<string, string>> = {
    Y: String(date.getFullYear()),
    y: pad(date.getFullYear() % 100),
    m: pad(date.getMonth() + 1),
    d: pad(date.getDate()),
    e: String(date.getDate()).padStart(2),
    B: month,
    b: month.slice(0, 3),
    A: day,
    a: day.slice(0, 3),
    H: pad(hour),
    I: pad(hour % 12 || 12),
    p: hour < 12 ? 'AM' : 'PM',
    M: pad(date.getMinutes()),
    S: pad(date.getSeconds()),
    '%': '%',
  };
  const whole = format.replaceAll('%D', '%m/%d/%y').replaceAll('%F', '%Y-%m-%d').replaceAll('%T', '%H:%M:%S');
  return whole.replace(/%(-?)([A-Za-z%])/g, (found, bare: string, field: string) => {
    const value = fields[field];
    if (value === undefined) return found;
    return bare ? value.replace(/^[0 ]+(?=.)/, '') : value;
  });
}

/** What every template can call, as in transformers. */
export function globals(budget: Budget): Map<string, Value> {
  const callables: readonly (readonly [string, (args: Arguments) => Value])[] = [
    ['range', (args) => range(args, budget)],
    ['dict', (args) => new Dict(entriesOf(args).map(([key, value]) => [text(key), value] as const))],
    ['namespace', (args) => new Namespace(entriesOf(args))],
    [
      'raise_exception',
      ({ positional }) => {
        throw new TemplateError(toText(positional[0] ?? null).text);
      },
    ],
    ['strftime_now', ({ positional }) => text(formatDate(new Date(), expectText(positional[0]).text))],
  ];
  return new Map<string, Value>([
    ...callables.map(([name, call]) => [name, new Callable(name, call)] as const),
    ...['true', 'True'].map((name) => [name, true] as const),
    ...['false', 'False'].map((name) => [name, false] as const),
    ...['none', 'None'].map((name) => [name, null] as const),
  ]);
}
