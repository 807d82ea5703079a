/** A part of a text that somebody typed, by UTF-16 offsets, and which message it is of. */
export interface TypedRange {
  readonly start: number;
  readonly end: number;
  readonly source: number;
}

/**
 * A text that knows which of its parts were typed. Whatever a template does to a text, its parts stay what they were, so
 * that control tokens are read in the template's own parts only.
 */
export class Text {
  readonly text: string;
  /** Ascending, without overlaps, none empty. */
  readonly typed: readonly TypedRange[];

  constructor(text: string, typed: readonly TypedRange[] = []) {
    this.text = text;
    this.typed = typed;
  }

  static typed(text: string, source: number): Text {
    return new Text(text, text === '' ? [] : [{ start: 0, end: text.length, source }]);
  }

  get length(): number {
    return this.text.length;
  }

  slice(start: number, end = this.text.length): Text {
    const text = this.text.slice(start, end);
    if (this.typed.length === 0 || text === '') return new Text(text);
    const typed: TypedRange[] = [];
    for (const range of this.typed) {
      const from = Math.max(range.start, start);
      const to = Math.min(range.end, end);
      if (from < to) typed.push({ start: from - start, end: to - start, source: range.source });
    }
    return new Text(text, typed);
  }

  /** The text with every part changed by itself, typed or not. */
  map(change: (part: string) => string): Text {
    if (this.typed.length === 0) return new Text(change(this.text));
    const parts: Text[] = [];
    let at = 0;
    for (const { start, end, source } of this.typed) {
      if (start > at) parts.push(new Text(change(this.text.slice(at, start))));
      parts.push(Text.typed(change(this.text.slice(start, end)), source));
      at = end;
    }
    if (at < this.text.length) parts.push(new Text(change(this.text.slice(at))));
    return joinTexts(parts);
  }
}

const EMPTY = new Text('');

export function joinTexts(parts: readonly Text[], separator: Text = EMPTY): Text {
  if (parts.length === 0) return EMPTY;
  if (parts.length === 1) return parts[0];
  const typed: TypedRange[] = [];
  const texts: string[] = [];
  let length = 0;
  const add = (part: Text) => {
    texts.push(part.text);
    for (const { start, end, source } of part.typed)
      typed.push({ start: start + length, end: end + length, source });
    length += part.text.length;
  };
  for (const [i, part] of parts.entries()) {
    if (i > 0 && separator.text !== '') add(separator);
    add(part);
  }
  return new Text(texts.join(''), typed);
}
