/** A line of a text without its end. */
export interface TextLine {
  /** Counted from 1. */
  readonly number: number;
  readonly text: string;
}

/** The lines of a text one by one, so that millions of empty ones take no memory; what stands behind the last end is one, too. */
export function* textLines(text: string): Generator<TextLine> {
  let from = 0;
  for (let number = 1; ; number++) {
    const end = text.indexOf('\n', from);
    yield { number, text: text.slice(from, end === -1 ? text.length : end).replace(/\r$/, '') };
    if (end === -1) return;
    from = end + 1;
  }
}
