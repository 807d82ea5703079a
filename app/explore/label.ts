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
  '\uFFFD': '⋯',
};

/** The drawn text of a token. Newlines and tabs always have a mark, spaces where wanted; no text is part of a character. */
export function tokenLabel(text: string, spaces: boolean): Label {
  if (text === '') return { text: '⋯', mark: true };
  const marked = text.replace(/[\n\r\t\u00a0\u200b\uFFFD]/g, (c) => marks[c]!);
  const shown = spaces ? marked.replaceAll(' ', '·') : marked.trim();
  if (shown === '') return { text: '␣', mark: true };
  return { text: shown, mark: /^[⏎␍⇥⍽␣·⋯]+$/.test(shown) };
}

interface NamedToken {
  readonly id: number;
  readonly text: string;
}

/**
 * What stands for a token that adds no text: the bytes it begins with where the character that it is part of tells them
 * ("<0xE2>", or "<0xF0…>" where it has more than one), its number where it is part of none, "⋯" while that is open.
 */
export function bytesLabel(tokens: readonly (NamedToken | undefined)[], index: number): string {
  let start = index;
  while (tokens[start - 1]?.text === '') start -= 1;
  let end = index;
  while (tokens[end]?.text === '') end += 1;
  const character = String.fromCodePoint(tokens[end]?.text.codePointAt(0) ?? 0xfffd);
  if (tokens[end] === undefined || character === '\uFFFD') return '⋯';
  const bytes = new TextEncoder().encode(character);
  const parts = end - start + 1;
  if (bytes.length < parts) return `#${tokens[index]!.id}`;
  const byte = bytes[index - start]!.toString(16).toUpperCase();
  if (bytes.length === parts) return `<0x${byte}>`;
  return index === start ? `<0x${byte}…>` : '⋯';
}

/** The drawn text of a candidate, which stands alone: one without text is called by its number. */
export function candidateLabel({ id, text }: NamedToken): Label {
  return text === '' ? { text: `#${id}`, mark: true } : tokenLabel(text, true);
}

/** A token in a sentence, in quotation marks, as a screen reader should say it. */
export function spokenToken(text: string): string {
  if (text === '' || text === '\uFFFD') return 'part of a character';
  const said = text.replaceAll('\n', ' newline ').replaceAll('\t', ' tab ').trim();
  return said === '' ? 'space' : `“${said}”`;
}
