import { DEEPEST_JSON } from '../../bytes/json-text.ts';
import type { Cell } from './table.ts';

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

/** A number, a name of a value, or a name in front of a bracket as NumPy prints it; "..." stands for what it leaves out. */
const BARE =
  /[-+]?(?:\d[\d_]*\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|\.\.\.|True|False|None|nan|-?inf|dtype=(?:[<>|=]?\w+|'[^']{0,20}')|(?:(?:np|numpy)\.)?(?:array|str_|bool_|u?int\d+|float\d+)(?=\()/y;
const QUOTED = /[rbuRBU]?(['"])/y;
const CLOSING: Readonly<Record<string, string>> = { '[': ']', '(': ')', '{': '}' };
const NOTHING = new Set(['None', 'nan', '...']);

class NoLiteral extends Error {}

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
    if (this.peek() === '(' && /(?:array|_|\d)$/.test(bare) && /^[a-z]/.test(bare))
      return this.called(bare, depth);
    return NOTHING.has(bare) || bare.startsWith('dtype=') ? null : bare;
  }

  /** What is in "array([…], dtype=object)" or "np.str_('…')". */
  private called(name: string, depth: number): Cell {
    this.at++;
    const inner = this.inBrackets('(', depth);
    const [first = null] = Array.isArray(inner) ? (inner as readonly Cell[]) : [inner];
    return name.endsWith('array') && !Array.isArray(first) ? [first] : first;
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

/**
 * The value of a text as Python or NumPy print lists, tuples, sets, dictionaries and arrays; numbers and truth values as
 * they are written. Nothing where the text is no such value, or is nested too deeply.
 */
export function parsePythonLiteral(text: string): Cell {
  if (!/^\s*(?:[[({]|(?:(?:np|numpy)\.)?array\()/.test(text)) return undefined;
  try {
    return new Reader(text).whole();
  } catch (error) {
    if (error instanceof NoLiteral) return undefined;
    throw error;
  }
}
