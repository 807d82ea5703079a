import { DEEPEST_JSON } from '../../lib/bytes/json-text.ts';
import type { Cell } from '../tables/table.ts';

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\n': '' };

function unescaped(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(
    /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g,
    (_, byte?: string, short?: string, long?: string, char?: string) => {
      if (char !== undefined) return ESCAPES[char] ?? char;
      const code = Number.parseInt((byte ?? short ?? long) as string, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\uFFFD';
    },
  );
}

/** Names of what Python, pandas, NumPy and R write values and collections with: "Decimal('1.5')", "deque(['a'])". */
const CALLED =
  'array|str_|bool_|u?int\\d+|float\\d+|Decimal|Fraction|Timestamp|UUID|date|datetime|frozenset|set|deque|OrderedDict|Series|Index|(?:c|list)(?=\\(\\s*["\'])';
/** The start of a value that is called for by its name. */
const CALL = new RegExp(
  String.raw`(?:(?:np|numpy|pd|pandas|decimal|fractions|datetime|uuid|collections)\.)?(?:${CALLED})(?=\()`,
  'y',
);

/** A number, a name of a value, or a name in front of a bracket; "..." stands for what NumPy leaves out. */
const BARE = new RegExp(
  String.raw`[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\.\.\.|True|False|None|NaT|nan|-?inf|(?:dtype|maxlen|tz|freq|name)=(?:[<>|=]?\w+|'[^']{0,40}')|tzinfo=[\w.]+|${CALL.source}`,
  'y',
);
const QUOTED = /[rbuRBU]?(['"])/y;
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const NOTHING = new Set(['None', 'NaT', 'nan', '...']);

class NoLiteral extends Error {}

/** "2020-01-02" of the parts of a date, "2020-01-02T03:04:00" of those of a point in time. */
function dateText(given: readonly Cell[]): Cell {
  const parts = given.filter((part) => typeof part === 'string');
  if (parts.length < 3 || !parts.every((part) => /^\d{1,6}$/.test(part))) throw new NoLiteral();
  const [year, month, day, ...time] = parts.map((part) => part.padStart(2, '0'));
  const clock = [...time, '00', '00', '00'].slice(0, 3).join(':');
  const date = `${year.padStart(4, '0')}-${month}-${day}`;
  return time.length === 0 ? date : `${date}T${clock}`;
}

/** The object of pairs of a key and a value. */
function entriesOf(pairs: Cell): Cell {
  if (!Array.isArray(pairs)) return pairs;
  const entries = pairs.map((pair: Cell) => {
    if (!Array.isArray(pair) || pair.length !== 2) throw new NoLiteral();
    return [String(pair[0]), pair[1]] as const;
  });
  return Object.fromEntries(entries.filter(([key]) => key !== '__proto__'));
}

/** Reads one literal of Python from a text, token by token. */
class Reader {
  private at = 0;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  whole(): Cell {
    const value = this.value(0);
    this.skipSpace();
    if (this.at < this.text.length) throw new NoLiteral();
    return value;
  }

  private skipSpace() {
    while (this.at < this.text.length && this.text.charCodeAt(this.at) <= 32) this.at++;
  }

  private peek(): string {
    this.skipSpace();
    return this.text.charAt(this.at);
  }

  private match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text);
    if (!found) return undefined;
    this.at += found[0].length;
    return found;
  }

  private quoted(quote: string): string {
    const from = this.at;
    for (; this.at < this.text.length; this.at++) {
      const char = this.text[this.at];
      if (char === '\\') this.at++;
      else if (char === quote) return unescaped(this.text.slice(from, this.at++));
    }
    throw new NoLiteral();
  }

  private value(depth: number): Cell {
    if (depth > DEEPEST_JSON) throw new NoLiteral();
    const open = this.peek();
    if (open in CLOSING) {
      this.at++;
      return this.inBrackets(open, depth);
    }
    const quote = this.match(QUOTED)?.[1];
    if (quote !== undefined) return this.quoted(quote);
    const bare = this.match(BARE)?.[0];
    if (bare === undefined) throw new NoLiteral();
    if (this.peek() === '(' && /^[A-Za-z]/.test(bare)) return this.called(bare, depth);
    return NOTHING.has(bare) || /^[a-z]+=/.test(bare) ? null : bare;
  }

  /** What is in "array([…], dtype=object)" or "np.str_('…')". */
  private called(name: string, depth: number): Cell {
    this.at++;
    const inner = this.inBrackets('(', depth);
    const given: readonly Cell[] = Array.isArray(inner) ? inner : [inner];
    const [first = null] = given;
    if (/\b(?:date|datetime)$/.test(name)) return dateText(given);
    if (name.endsWith('OrderedDict')) return entriesOf(first);
    if (name.endsWith('Fraction') && given.length === 2) return given.join('/');
    if (name === 'c' || name === 'list') return given;
    const isCollection = /(?:array|set|deque|Series|Index)$/.test(name);
    return isCollection && !Array.isArray(first) ? (first === null ? [] : [first]) : first;
  }

  private inBrackets(open: string, depth: number): Cell {
    const items: Cell[] = [];
    const entries: [string, Cell][] = [];
    for (;;) {
      const next = this.peek();
      if (next === '') throw new NoLiteral();
      if (next === CLOSING[open]) {
        this.at++;
        return entries.length > 0 || (open === '{' && items.length === 0)
          ? Object.fromEntries(entries.filter(([key]) => key !== '__proto__'))
          : items;
      }
      // NumPy prints no commas between items.
      if (next === ',') this.at++;
      else {
        const value = this.value(depth + 1);
        if (open === '{' && this.peek() === ':') {
          this.at++;
          entries.push([String(value), this.value(depth + 1)]);
        } else items.push(value);
      }
    }
  }
}

/** Whether a text starts as a list, an object or a value that is called for by its name. */
export function startsLiteral(text: string): boolean {
  CALL.lastIndex = 0;
  return /^[[{(]/.test(text) || CALL.test(text);
}

/**
 * The value of a text as Python or NumPy print lists, tuples, sets, dictionaries and arrays; numbers and truth values as
 * they are written. Nothing where the text is no such value, or is nested too deeply.
 */
export function parsePythonLiteral(text: string): Cell {
  if (!startsLiteral(text.trimStart())) return undefined;
  try {
    return new Reader(text).whole();
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}
