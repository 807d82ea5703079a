import { readingBudget, textMemory } from './reading-budget.ts';

/** Levels of lists and objects within each other that a file of data may have. */
export const DEEPEST_JSON = 64;

const QUOTE = 34;
const BACKSLASH = 92;

/** The place behind the quote that ends a text of JSON which begins before `from`; the end where none does. */
function endOfText(json: string, from: number): number {
  for (let at = json.indexOf('"', from); at !== -1; at = json.indexOf('"', at + 1)) {
    let before = at - 1;
    while (before >= from && json.charCodeAt(before) === BACKSLASH) before--;
    if ((at - before) % 2 === 1) return at + 1;
  }
  return json.length;
}

/**
 * Levels of lists and objects within each other, at most, that a text of JSON has. Parsers of most languages overflow
 * their stack at some thousands.
 */
export function jsonDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (char === QUOTE) at = endOfText(json, at + 1) - 1;
    else if (char === 91 || char === 123) deepest = Math.max(deepest, ++depth);
    else if (char === 93 || char === 125) depth--;
  }
  return deepest;
}

/** Bytes that lists, objects, entries, keys and texts take beside their characters, about, in the engines of today. */
const MEMORY = { list: 40, object: 80, entry: 24, key: 64, text: 24 };

/** Bytes that the value of a JSON text takes in memory, about, so that a small file of millions of them is told before it is read. */
export function valueMemory(json: string): number {
  let bytes = 0;
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at);
    if (char === QUOTE) {
      const end = endOfText(json, at + 1);
      bytes += MEMORY.text + end - at;
      at = end - 1;
    } else if (char === 44) bytes += MEMORY.entry;
    else if (char === 58) bytes += MEMORY.key;
    else if (char === 91) bytes += MEMORY.list;
    else if (char === 123) bytes += MEMORY.object;
  }
  return bytes;
}

/**
 * Whether a text of JSON and its value go into a share of the memory that reading a file may take.
 * @param size bytes of the file
 */
export function fitsMemory(json: string, share: number, size = json.length): boolean {
  return readingBudget(size, share).take(textMemory(json) + valueMemory(json));
}

/** Characters below which a text's value is small, and how many times a larger one its value may be. */
const SMALL = 2 ** 16;
const TIMES = 12;

/** Whether a large text holds so many small values that reading it would take many times its size. */
export function isCrowded(json: string): boolean {
  return json.length > SMALL && valueMemory(json) > TIMES * json.length;
}

/** Numbers of JSON that `Number` gives back in other digits: long ones, with an exponent, ending in 0, or -0. */
const RISKY = /\d[\d.]{15}|\d\.\d*0(?!\d)|\d\.?\d*[eE][-+]?\d|-0/;
/** Parts of a text that wait to be joined: millions of small ones take many times what the text does. */
const PARTS = 4096;
const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/g;

/**
 * A text of JSON with those numbers as texts that would lose digits or their form: `12345678901234567890`, `1.0`,
 * `1e400`, `-0`. The value of a number that stays one is as before.
 */
export function numbersAsWritten(json: string): string {
  if (!RISKY.test(json)) return json;
  const done: string[] = [];
  let parts: string[] = [];
  let taken = 0;
  const keep = (from: number, to: number) => {
    const between = json.slice(from, to);
    if (!/\d/.test(between)) return;
    for (const { 0: number, index } of between.matchAll(NUMBER)) {
      if (String(Number(number)) === number) continue;
      parts.push(json.slice(taken, from + index), '"', number, '"');
      taken = from + index + number.length;
      if (parts.length < PARTS) continue;
      done.push(parts.join(''));
      parts = [];
    }
  };
  for (let from = 0; from < json.length; ) {
    const quote = json.indexOf('"', from);
    keep(from, quote === -1 ? json.length : quote);
    from = quote === -1 ? json.length : endOfText(json, quote + 1);
  }
  return taken === 0 ? json : `${done.join('')}${parts.join('')}${json.slice(taken)}`;
}

/** A text with NaN and infinities, which Python writes and JSON does not have, as null; those within texts stay. */
export function nonNumbersAsNull(json: string): string {
  const parts: string[] = [];
  for (let from = 0; from < json.length; ) {
    const quote = json.indexOf('"', from);
    const between = json.slice(from, quote === -1 ? json.length : quote);
    parts.push(between.replace(/(?<![\w.])(?:NaN|-?Infinity)(?![\w.])/g, 'null'));
    if (quote === -1) break;
    from = endOfText(json, quote + 1);
    parts.push(json.slice(quote, from));
  }
  return parts.join('');
}
