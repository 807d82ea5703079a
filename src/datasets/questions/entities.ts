import { decodeHTMLAttribute } from 'entities/decode';

/**
 * What may be a character reference of HTML; between them white space, and what begins the query of an address ("?a=").
 * Entities of some names end without a semicolon, too.
 */
const TOKEN = /&(?:#[xX][\da-fA-F]+|#\d+|[a-zA-Z][a-zA-Z\d]*);?|\s|\?[\w.%~-]*=/g;
/** What follows the "&" of an entity that was encoded once more. */
const REST = /(?:#[xX][\da-fA-F]+|#\d+|[a-zA-Z][a-zA-Z\d]*);/y;

/** How often an entity may have been encoded. */
const ENCODED_AT_MOST = 8;

/** The characters of "&name;", "&#38;" or "&#x26;"; nothing where there is no such entity. */
function charactersOf(entity: string): string | undefined {
  const decoded = decodeHTMLAttribute(entity);
  return decoded === entity ? undefined : decoded;
}

interface Entity {
  readonly start: number;
  readonly end: number;
  readonly characters: string;
}

/**
 * The entities of a text. One without a semicolon is read as HTML reads it in an attribute ("&copy 2024", but neither
 * "&copyright" nor "&copy="), and never within the query of an address ("?a=1&copy").
 */
function* entitiesIn(text: string): Generator<Entity> {
  let isQuery = false;
  for (const { 0: token, index } of text.matchAll(TOKEN)) {
    if (!token.startsWith('&')) {
      isQuery = token.startsWith('?');
      continue;
    }
    const end = index + token.length;
    if (!token.endsWith(';') && (isQuery || text[end] === '=')) continue;
    const characters = charactersOf(token);
    if (characters !== undefined) yield { start: index, end, characters };
  }
}

/** A text with the entities decoded that stand in it. */
function decodedOnce(text: string): string {
  const parts: string[] = [];
  let from = 0;
  for (const { start, end, characters } of entitiesIn(text)) {
    parts.push(text.slice(from, start), characters);
    from = end;
  }
  return from === 0 ? text : parts.join('') + text.slice(from);
}

/**
 * A text with its HTML entities decoded, all that HTML5 has: "Tom & Jerry" of "Tom &amp; Jerry", and of
 * "Tom &amp;amp; Jerry", too. An "&" that begins none stays: "AT&T", "a & b", "?a=1&copy=2".
 */
export function decodeEntities(text: string): string {
  let decoded = text;
  for (let time = 0; time < ENCODED_AT_MOST && decoded.includes('&'); time++) {
    const before = decoded;
    decoded = decodedOnce(decoded);
    if (decoded === before) break;
  }
  return decoded;
}

/** The end of an entity; one that was encoded twice and more ("&amp;amp;") ends behind its last semicolon. */
function wholeEnd(text: string, { end, characters }: Entity): number {
  let whole = end;
  for (let inner: string | undefined = characters; inner === '&'; ) {
    REST.lastIndex = whole;
    const rest = REST.exec(text)?.[0];
    inner = rest === undefined ? undefined : charactersOf(`&${rest}`);
    if (inner !== undefined && rest !== undefined) whole += rest.length;
  }
  return whole;
}

/** The parts of a text between separators; the semicolon that ends an entity is none. */
export function splitOutsideEntities(text: string, separator: string): string[] {
  const parts: string[] = [];
  let start = 0;
  const splitBetween = (from: number, to: number) => {
    for (let at = text.indexOf(separator, from); at !== -1 && at < to; at = text.indexOf(separator, at + 1)) {
      parts.push(text.slice(start, at));
      start = at + separator.length;
    }
  };
  let from = 0;
  for (const entity of entitiesIn(text)) {
    splitBetween(from, entity.start);
    from = wholeEnd(text, entity);
  }
  splitBetween(from, text.length);
  parts.push(text.slice(start));
  return parts;
}
