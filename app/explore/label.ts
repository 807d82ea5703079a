/** A token as it is drawn: text that stands for what it is, with marks where it would be invisible. */
export interface Label {
  readonly text: string;
  /** Whether it has only marks, to be drawn quieter. */
  readonly mark: boolean;
}

const marks: Readonly<Record<string, string>> = {
  '\n': '⏎',
  '\r': '␍',
  '\t': '⇥',
  '\u00a0': '⍽',
  '\u200b': '␣',
};

/** The drawn text of a token. Newlines and tabs always have a mark, spaces where wanted; no text is part of a character. */
export function tokenLabel(text: string, spaces: boolean): Label {
  if (text === '') return { text: '⋯', mark: true };
  const marked = text.replace(/[\n\r\t\u00a0\u200b]/g, (c) => marks[c]!);
  const shown = spaces ? marked.replaceAll(' ', '·') : marked.trim();
  if (shown === '') return { text: '␣', mark: true };
  return { text: shown, mark: /^[⏎␍⇥⍽␣·⋯]+$/.test(shown) };
}

/** A token in a sentence, in quotation marks, as a screen reader should say it. */
export function spokenToken(text: string): string {
  if (text === '') return 'part of a character';
  const said = text.replaceAll('\n', ' newline ').replaceAll('\t', ' tab ').trim();
  return said === '' ? 'space' : `“${said}”`;
}
