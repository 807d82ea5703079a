/** Text of a growing list of tokens, piece by piece. */
export interface TextStream {
  /** Adds a token; returns the text that is certain now and was not before, empty while a character is incomplete. */
  push(id: number): string;
  /** Ends the stream: returns what was held back (U+FFFD for a character that never became complete). */
  flush(): string;
}

const replacement = '\uFFFD';
/** An unfinished character has at most three bytes, each of which a decoder may show as U+FFFD. */
const mostHeld = 3;
/** Tokens kept before a new one when the window is cut: enough bytes to reach the start of any unfinished character. */
const context = 8;
const longest = 24;

function certainLength(text: string): number {
  let end = text.length;
  while (end > 0 && text.length - end < mostHeld && text[end - 1] === replacement) {
    end--;
  }
  return end;
}

/**
 * Decodes tokens as they come. All pieces and the flush joined equal `decode` of all ids, where `decode` keeps to this:
 * further ids may complete or add to the end of the text, and change nothing before it but a trailing U+FFFD.
 * Byte-level and byte-fallback decoders do; a decoder that tidies spaces before punctuation does not, so switch that off.
 * Only a short window of tokens is decoded for each token, so the cost of a token does not grow with the text.
 * @param decode text of one or more ids (never called with none)
 */
export function createTextStream(decode: (ids: number[]) => string): TextStream {
  let window: number[] = [];
  let text = '';
  /** Characters of the window's text that were returned already. */
  let shown = 0;
  let limit = longest;

  /** Starts the window later, where its text stays the end of the text so far: at no inner byte, no stripped space. */
  const shorten = () => {
    for (let keep = context; keep < 2 * context; keep++) {
      const tail = window.slice(-keep);
      const tailText = decode(tail);
      const shownOfTail = shown - (text.length - tailText.length);
      if (certainLength(tailText) > 0 && text.endsWith(tailText)) {
        window = tail;
        text = tailText;
        shown = shownOfTail;
        limit = longest;
        return;
      }
    }
    limit = 2 * window.length;
  };

  const show = (end: number) => {
    const piece = text.slice(shown, end);
    shown = Math.max(shown, end);
    return piece;
  };

  return {
    push(id) {
      window.push(id);
      text = decode(window);
      const piece = show(certainLength(text));
      if (window.length >= limit) {
        shorten();
      }
      return piece;
    },
    flush: () => show(text.length),
  };
}
