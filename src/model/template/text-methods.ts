import { bind, expectNumber, expectText } from './arguments.ts';
import type { Budget } from './budget.ts';
import { joinTexts, type Text } from './text.ts';
import { format } from './text-format.ts';
import { type Arguments, charactersOf, itemsOf, List, TemplateError, text, type Value } from './values.ts';

/** What Python's str.strip and str.split take for white space; U+FEFF is none, U+001C to U+001F are. */
const SPACE = '\\t-\\r\\x1c- \\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000';
const ONE_SPACE = new RegExp(`^[${SPACE}]$`);
const isSpace = (character: string) => ONE_SPACE.test(character);
const LINE_ENDS = '\\n-\\r\\x1c-\\x1e\\x85\\u2028\\u2029';
const LINE_BREAK = new RegExp(`\\r\\n|[${LINE_ENDS}]`, 'g');

/** A text without the characters at its ends that are white space, or among the given ones. */
export function strip(value: Text, ends: 'both' | 'left' | 'right', characters?: Value): Text {
  const set =
    characters === undefined || characters === null ? undefined : new Set(expectText(characters).text);
  const cut = (character: string) => (set ? set.has(character) : isSpace(character));
  let from = 0;
  if (ends !== 'right')
    for (const character of value.text) {
      if (!cut(character)) break;
      from += character.length;
    }
  let to = value.length;
  while (ends !== 'left' && to > from) {
    const size = to > 1 && /[\ud800-\udbff][\udc00-\udfff]/.test(value.text.slice(to - 2, to)) ? 2 : 1;
    if (!cut(value.text.slice(to - size, to))) break;
    to -= size;
  }
  return value.slice(from, to);
}

export function replace(value: Text, old: Text, by: Text, most: number, budget: Budget): Text {
  budget.search(value.length, old.length);
  const parts: Text[] = [];
  let at = 0;
  const places: number[] = [];
  if (old.text === '') {
    let place = 0;
    places.push(0);
    for (const character of value.text) {
      place += character.length;
      places.push(place);
    }
  } else {
    for (let i = value.text.indexOf(old.text); i >= 0; i = value.text.indexOf(old.text, i + old.length))
      places.push(i);
  }
  const used = most < 0 ? places : places.slice(0, most);
  budget.spend(used.length);
  budget.text(value.length + used.length * by.length);
  for (const place of used) {
    parts.push(value.slice(at, place), by);
    at = place + old.length;
  }
  parts.push(value.slice(at));
  return joinTexts(parts);
}

/** Words between white space; once as many as allowed are parted, the rest stays as it is but for its near end. */
function words(value: Text, most: number, fromRight: boolean, budget: Budget): Text[] {
  const found = [...value.text.matchAll(new RegExp(`[^${SPACE}]+`, 'g'))].map(({ index, 0: word }) => ({
    start: index,
    end: index + word.length,
  }));
  budget.items(found.length);
  const cut = ({ start, end }: { start: number; end: number }) => value.slice(start, end);
  if (found.length <= most) return found.map(cut);
  if (fromRight) {
    const rest = found.length - most;
    return [value.slice(0, found[rest - 1].end), ...found.slice(rest).map(cut)];
  }
  return [...found.slice(0, most).map(cut), value.slice(found[most].start)];
}

function split(value: Text, args: Arguments, fromRight: boolean, budget: Budget): List {
  const given = bind(args, ['sep', 'maxsplit']);
  const separator = given('sep') ?? null;
  const most = expectNumber(given('maxsplit') ?? -1);
  if (separator === null)
    return new List(words(value, most < 0 ? Number.POSITIVE_INFINITY : most, fromRight, budget));
  const marks: [start: number, end: number][] = [];
  const { text: mark } = expectText(separator);
  if (mark === '') throw new TemplateError('empty separator');
  budget.search(value.length, mark.length);
  if (fromRight) {
    for (
      let i = value.text.lastIndexOf(mark);
      i >= 0;
      i = i === 0 ? -1 : value.text.lastIndexOf(mark, i - mark.length)
    ) {
      marks.unshift([i, i + mark.length]);
      if (i < mark.length) break;
    }
    return new List(cutAt(value, most < 0 ? marks : most === 0 ? [] : marks.slice(-most), budget));
  }
  for (let i = value.text.indexOf(mark); i >= 0; i = value.text.indexOf(mark, i + mark.length))
    marks.push([i, i + mark.length]);
  return new List(cutAt(value, most < 0 ? marks : marks.slice(0, most), budget));
}

function cutAt(value: Text, marks: readonly (readonly [number, number])[], budget: Budget): Text[] {
  budget.items(marks.length);
  const parts: Text[] = [];
  let at = 0;
  for (const [start, end] of marks) {
    parts.push(value.slice(at, start));
    at = end;
  }
  parts.push(value.slice(at));
  return parts;
}

function splitLines(value: Text, keepEnds: boolean): List {
  const lines: Text[] = [];
  let at = 0;
  for (const { index, 0: found } of value.text.matchAll(LINE_BREAK)) {
    lines.push(value.slice(at, keepEnds ? index + found.length : index));
    at = index + found.length;
  }
  if (at < value.length) lines.push(value.slice(at));
  return new List(lines);
}

/** Upper case at the start of words, lower case within, word being letters that follow each other. */
function title(value: Text): Text {
  let inWord = false;
  return value.map((part) =>
    Array.from(part, (character) => {
      const isCased = character.toLowerCase() !== character.toUpperCase();
      const written = inWord ? character.toLowerCase() : character.toUpperCase();
      inWord = isCased;
      return written;
    }).join(''),
  );
}

export function capitalise(value: Text): Text {
  const first = [...value.text][0]?.length ?? 0;
  const rest = value.slice(first).map((part) => part.toLowerCase());
  return joinTexts([value.slice(0, first).map((part) => part.toUpperCase()), rest]);
}

function affix(value: Text, args: Arguments, test: (text: string, affix: string) => boolean): boolean {
  const given = bind(args, ['prefix', 'start', 'end']);
  const isWhole = given('start') === undefined && given('end') === undefined;
  const part = isWhole ? value.text : between(value, given('start'), given('end')).part;
  const wanted = given('prefix');
  const all = wanted instanceof List ? wanted.items : [wanted];
  return all.some((each) => test(part, expectText(each).text));
}

/** The characters from one index to another, as Python counts them. */
function between(value: Text, start: Value | undefined, end: Value | undefined) {
  const characters = Array.from(value.text);
  const from = sliceIndex(start ?? 0, characters.length);
  const to = sliceIndex(end ?? characters.length, characters.length);
  return { part: characters.slice(from, to).join(''), start: from };
}

function find(value: Text, args: Arguments, last: boolean): number {
  const given = bind(args, ['sub', 'start', 'end']);
  const sub = expectText(given('sub')).text;
  const { part, start } = between(value, given('start'), given('end'));
  const at = last ? part.lastIndexOf(sub) : part.indexOf(sub);
  return at < 0 ? -1 : start + Array.from(part.slice(0, at)).length;
}

function sliceIndex(value: Value, length: number): number {
  const index = expectNumber(value);
  return index < 0 ? Math.max(0, length + index) : Math.min(index, length);
}

function partition(value: Text, separator: Text, last: boolean): List {
  const at = last ? value.text.lastIndexOf(separator.text) : value.text.indexOf(separator.text);
  if (at < 0) return new List(last ? [text(''), text(''), value] : [value, text(''), text('')], true);
  return new List([value.slice(0, at), separator, value.slice(at + separator.length)], true);
}

function pad(value: Text, args: Arguments, side: 'left' | 'right' | 'centre', budget: Budget): Text {
  const given = bind(args, ['width', 'fillchar']);
  const missing = expectNumber(given('width')) - Array.from(value.text).length;
  if (missing <= 0) return value;
  budget.text(missing);
  const fill = expectText(given('fillchar') ?? text(' ')).text;
  const width = missing + Array.from(value.text).length;
  const left = side === 'left' ? missing : side === 'right' ? 0 : (missing >> 1) + (missing & width & 1);
  return joinTexts([text(fill.repeat(left)), value, text(fill.repeat(missing - left))]);
}

const everyCharacter = (value: Text, pattern: RegExp) =>
  value.text !== '' && Array.from(value.text).every((character) => pattern.test(character));

type Method = (value: Text, args: Arguments, budget: Budget) => Value;
const first = ({ positional }: Arguments) => positional[0];

/** Python's methods of texts, by name. */
export const TEXT_METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  ['upper', (value) => value.map((part) => part.toUpperCase())],
  ['lower', (value) => value.map((part) => part.toLowerCase())],
  ['casefold', (value) => value.map((part) => part.toLowerCase().replaceAll('ß', 'ss'))],
  [
    'swapcase',
    (value) =>
      value.map((part) =>
        Array.from(part, (c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join(''),
      ),
  ],
  ['title', title],
  ['capitalize', capitalise],
  ['strip', (value, args) => strip(value, 'both', bind(args, ['chars'])('chars'))],
  ['lstrip', (value, args) => strip(value, 'left', bind(args, ['chars'])('chars'))],
  ['rstrip', (value, args) => strip(value, 'right', bind(args, ['chars'])('chars'))],
  ['split', (value, args, budget) => split(value, args, false, budget)],
  ['rsplit', (value, args, budget) => split(value, args, true, budget)],
  ['splitlines', (value, args) => splitLines(value, bind(args, ['keepends'])('keepends') === true)],
  [
    'replace',
    (value, args, budget) => {
      const given = bind(args, ['old', 'new', 'count']);
      return replace(
        value,
        expectText(given('old')),
        expectText(given('new')),
        expectNumber(given('count') ?? -1),
        budget,
      );
    },
  ],
  ['join', (value, args, budget) => joinValues(itemsOf(first(args)).map(expectText), value, budget)],
  ['startswith', (value, args) => affix(value, args, (part, wanted) => part.startsWith(wanted))],
  ['endswith', (value, args) => affix(value, args, (part, wanted) => part.endsWith(wanted))],
  [
    'removeprefix',
    (value, args) =>
      value.text.startsWith(expectText(first(args)).text)
        ? value.slice(expectText(first(args)).length)
        : value,
  ],
  [
    'removesuffix',
    (value, args) => {
      const suffix = expectText(first(args));
      return suffix.text !== '' && value.text.endsWith(suffix.text)
        ? value.slice(0, value.length - suffix.length)
        : value;
    },
  ],
  ['find', (value, args) => find(value, args, false)],
  ['rfind', (value, args) => find(value, args, true)],
  ['index', (value, args) => found(find(value, args, false))],
  ['rindex', (value, args) => found(find(value, args, true))],
  [
    'count',
    (value, args) => {
      const sub = expectText(first(args)).text;
      return sub === '' ? charactersOf(value).length + 1 : value.text.split(sub).length - 1;
    },
  ],
  ['partition', (value, args) => partition(value, expectText(first(args)), false)],
  ['rpartition', (value, args) => partition(value, expectText(first(args)), true)],
  ['ljust', (value, args, budget) => pad(value, args, 'right', budget)],
  ['rjust', (value, args, budget) => pad(value, args, 'left', budget)],
  ['center', (value, args, budget) => pad(value, args, 'centre', budget)],
  [
    'zfill',
    (value, { positional }, budget) =>
      pad(value, { positional: [positional[0], text('0')], named: new Map() }, 'left', budget),
  ],
  ['isdigit', (value) => everyCharacter(value, /^\p{Nd}$/u)],
  ['isnumeric', (value) => everyCharacter(value, /^\p{N}$/u)],
  ['isdecimal', (value) => everyCharacter(value, /^\p{Nd}$/u)],
  ['isalpha', (value) => everyCharacter(value, /^\p{L}$/u)],
  ['isalnum', (value) => everyCharacter(value, /^[\p{L}\p{N}]$/u)],
  ['isspace', (value) => value.text !== '' && Array.from(value.text).every(isSpace)],
  ['isupper', ({ text: all }) => all === all.toUpperCase() && all !== all.toLowerCase()],
  ['islower', ({ text: all }) => all === all.toLowerCase() && all !== all.toUpperCase()],
  ['format', format],
]);

function found(at: number): number {
  if (at < 0) throw new TemplateError('substring not found');
  return at;
}

/** Joins texts and counts what comes of it. */
export function joinValues(parts: readonly Text[], separator: Text, budget: Budget): Text {
  budget.text(parts.reduce((sum, part) => sum + part.length + separator.length, 0));
  return joinTexts(parts, separator);
}
