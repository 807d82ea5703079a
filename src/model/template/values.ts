import { TooMuchWork } from './budget.ts';
import { joinTexts, Text } from './text.ts';

/** A number that Python writes with a decimal point. */
export class Float {
  readonly value: number;
  constructor(value: number) {
    this.value = value;
  }
}

/** A name or entry that is not there. */
export class Undefined {
  readonly what: string;
  constructor(what: string) {
    this.what = what;
  }
}

/** Weight of a value beside the characters of its text, and the heaviest that a list or dict may be. */
const WEIGHT = 16;
const HEAVIEST = 16_000_000;

/** How much work it is to write a value or to compare it: its characters and, many times, its parts. */
export function weightOf(value: Value): number {
  if (value instanceof Text) return WEIGHT + value.length;
  return value instanceof List || value instanceof Dict ? value.weight : WEIGHT;
}

/** Parts count as often as they occur: a list of twice the same list is twice as heavy. */
function totalWeight(values: readonly Value[]): number {
  const weight = values.reduce((sum: number, value) => sum + weightOf(value), WEIGHT);
  if (weight > HEAVIEST) throw new TooMuchWork('makes a list without end');
  return weight;
}

/** A value, or what stands for none; None is a value. */
export function orUndefined(value: Value | undefined, what: string): Value {
  return value === undefined ? new Undefined(what) : value;
}

export class List {
  readonly items: readonly Value[];
  readonly isTuple: boolean;
  readonly weight: number;
  constructor(items: readonly Value[], isTuple = false) {
    this.items = items;
    this.isTuple = isTuple;
    this.weight = totalWeight(items);
  }
}

export class Dict {
  readonly entries: ReadonlyMap<string, readonly [key: Value, value: Value]>;
  readonly weight: number;
  constructor(entries: Iterable<readonly [key: Value, value: Value]>) {
    this.entries = new Map([...entries].map((entry) => [keyOf(entry[0]), entry]));
    this.weight = totalWeight([...this.entries.values()].flat());
  }
  get(key: Value): Value | undefined {
    return this.entries.get(keyOf(key))?.[1];
  }
  keys(): Value[] {
    return [...this.entries.values()].map(([key]) => key);
  }
}

/** What a template may write into: `{% set ns.found = true %}`. */
export class Namespace {
  readonly values: Map<string, Value>;
  constructor(values: Iterable<readonly [string, Value]>) {
    this.values = new Map(values);
  }
}

export interface Arguments {
  readonly positional: readonly Value[];
  readonly named: ReadonlyMap<string, Value>;
}

export class Callable {
  readonly name: string;
  readonly call: (args: Arguments) => Value;
  constructor(name: string, call: (args: Arguments) => Value) {
    this.name = name;
    this.call = call;
  }
}

/** A value of a template; whole numbers are plain, others Float. */
export type Value = Undefined | null | boolean | number | Float | Text | List | Dict | Namespace | Callable;

/** What a template asks for that cannot be done, as Python's Jinja2 says it. */
export class TemplateError extends Error {}

export const text = (value: string) => new Text(value);

/** Keys are equal as in Python: 1, 1.0 and true are one. */
function keyOf(key: Value): string {
  if (key instanceof Text) return `s${key.text}`;
  const number = numberOf(key);
  if (number !== undefined) return `n${number}`;
  if (key === null) return 'none';
  if (key instanceof List && key.isTuple) return `t${key.items.map(keyOf).join('\u0000')}`;
  throw new TemplateError(`unhashable type: ${typeName(key)}`);
}

/** A number, or a truth value as one; undefined for what is no number. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  return value instanceof Float ? value.value : undefined;
}

export function typeName(value: Value): string {
  if (value === null) return 'None';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return 'int';
  if (value instanceof Float) return 'float';
  if (value instanceof Text) return 'str';
  if (value instanceof List) return value.isTuple ? 'tuple' : 'list';
  return value.constructor.name.toLowerCase();
}

export function isTrue(value: Value): boolean {
  if (value === null || value instanceof Undefined) return false;
  if (value instanceof Text) return value.text !== '';
  if (value instanceof List) return value.items.length > 0;
  if (value instanceof Dict) return value.entries.size > 0;
  const number = numberOf(value);
  return number === undefined || number !== 0;
}

export function areEqual(a: Value, b: Value): boolean {
  if (a instanceof Text && b instanceof Text) return a.text === b.text;
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first !== undefined && second !== undefined) return first === second;
  if (a instanceof List && b instanceof List)
    return (
      a.isTuple === b.isTuple &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => areEqual(item, b.items[i]))
    );
  if (a instanceof Dict && b instanceof Dict)
    return (
      a.entries.size === b.entries.size &&
      [...a.entries].every(([key, [, value]]) => {
        const other = b.entries.get(key);
        return other !== undefined && areEqual(value, other[1]);
      })
    );
  if (a instanceof Undefined && b instanceof Undefined) return true;
  return a === b;
}

/** @throws TemplateError for kinds of values that have no order */
export function compare(a: Value, b: Value): number {
  if (a instanceof Text && b instanceof Text) return a.text < b.text ? -1 : Number(a.text > b.text);
  const [first, second] = [numberOf(a), numberOf(b)];
  if (first !== undefined && second !== undefined) return first < second ? -1 : Number(first > second);
  if (a instanceof List && b instanceof List) {
    for (const [i, item] of a.items.entries()) {
      if (i >= b.items.length) return 1;
      if (!areEqual(item, b.items[i])) return compare(item, b.items[i]);
    }
    return a.items.length < b.items.length ? -1 : 0;
  }
  throw new TemplateError(`${typeName(a)} and ${typeName(b)} have no order`);
}

function floatText(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const written = Object.is(value, -0) ? '-0' : String(value);
  if (written.includes('e')) return written.replace(/e([+-])(\d)$/, 'e$10$2');
  if (Number.isInteger(value)) return Math.abs(value) >= 1e16 ? value.toExponential() : `${written}.0`;
  return written;
}

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\\': '\\\\' };

/** Python's repr of a text. */
function quoted(value: Text): Text {
  const quote = value.text.includes("'") && !value.text.includes('"') ? '"' : "'";
  const escaped = value.map((part) =>
    Array.from(part, (character) => {
      if (character === quote) return `\\${quote}`;
      if (character in ESCAPES) return ESCAPES[character];
      const code = character.codePointAt(0) as number;
      if (code < 0x20 || (code >= 0x7f && code < 0xa1) || code === 0xad)
        return `\\x${code.toString(16).padStart(2, '0')}`;
      return character;
    }).join(''),
  );
  return joinTexts([text(quote), escaped, text(quote)]);
}

/** A value within a list or dict, as Python's repr writes it. */
export function repr(value: Value): Text {
  if (value instanceof Text) return quoted(value);
  if (value instanceof Undefined) return text('Undefined');
  if (value instanceof List) {
    const inner = joinTexts(value.items.map(repr), text(', '));
    if (!value.isTuple) return joinTexts([text('['), inner, text(']')]);
    return joinTexts([text('('), inner, text(value.items.length === 1 ? ',)' : ')')]);
  }
  if (value instanceof Dict) {
    const entries = [...value.entries.values()].map(([key, each]) =>
      joinTexts([repr(key), text(': '), repr(each)]),
    );
    return joinTexts([text('{'), joinTexts(entries, text(', ')), text('}')]);
  }
  return toText(value);
}

/** A value as a template writes it: Python's str. */
export function toText(value: Value): Text {
  if (value instanceof Text) return value;
  if (value instanceof Undefined) return text('');
  if (value === null) return text('None');
  if (typeof value === 'boolean') return text(value ? 'True' : 'False');
  if (typeof value === 'number') return text(Object.is(value, -0) ? '0' : String(value));
  if (value instanceof Float) return text(floatText(value.value));
  if (value instanceof List || value instanceof Dict) return repr(value);
  return text(value instanceof Callable ? `<function ${value.name}>` : '<Namespace>');
}

/** What a loop goes through: items, characters, keys; nothing where there is no such value. */
export function itemsOf(value: Value): readonly Value[] {
  if (value instanceof List) return value.items;
  if (value instanceof Dict) return value.keys();
  if (value instanceof Undefined) return [];
  if (value instanceof Text) return charactersOf(value);
  throw new TemplateError(`${typeName(value)} has no items`);
}

/** Python's characters of a text: code points. */
export function charactersOf(value: Text): Text[] {
  const characters: Text[] = [];
  let at = 0;
  for (const character of value.text) {
    characters.push(value.slice(at, at + character.length));
    at += character.length;
  }
  return characters;
}

/** Number of Python's characters of a text. */
export function countCharacters({ text: characters }: Text): number {
  return characters.length - (characters.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);
}

/** A value of JavaScript, with texts as they are. */
export function fromPlain(value: unknown): Value {
  if (value === null || value instanceof Text) return value;
  if (value === undefined) return new Undefined('value');
  if (typeof value === 'string') return text(value);
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isInteger(value) ? value : new Float(value);
  if (Array.isArray(value)) return new List(value.map(fromPlain));
  return new Dict(Object.entries(value).map(([key, each]) => [text(key), fromPlain(each)] as const));
}
