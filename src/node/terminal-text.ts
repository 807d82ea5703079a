import { shownText } from '../lib/shown.ts';

/** Characters that JSON leaves as they are and a terminal may obey or a person cannot see. */
const UNSEEN_IN_JSON = /[\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;

/** Text for a terminal: what a file or a model wrote can neither move the cursor nor colour what follows. */
export function terminalText(text: string): string {
  return text.replace(/[^\n\t]+/g, shownText);
}

/** A value as JSON on one line, with characters that a terminal may obey escaped. */
export function terminalJson(value: unknown): string {
  return JSON.stringify(value).replace(
    UNSEEN_IN_JSON,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
