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
  '\ufeff': '⌧',
  '\uFFFD': '⋯',
};

/** The drawn text of a token. Newlines and tabs always have a mark, spaces where wanted; no text is part of a character. */
export function tokenLabel(text: string, spaces: boolean): Label {
  if (text === '') return { text: '⋯', mark: true };
  const marked = text.replace(/[\n\r\t\u00a0\u200b\ufeff\uFFFD]/g, (c) => marks[c]!);
  const shown = spaces ? marked.replaceAll(' ', '·') : marked.trim();
  if (shown === '') return { text: '␣', mark: true };
  return { text: shown, mark: /^[⏎␍⇥⍽␣⌧·⋯]+$/.test(shown) };
}

interface NamedToken {
  readonly id: number;
  readonly text: string;
}

/** What stands for a token that adds no text: its bytes ("<0xF0><0x9F>"), or its number where the vocabulary tells none. */
export function bytesLabel({
  id,
  bytes,
}: {
  readonly id: number;
  readonly bytes?: readonly number[];
}): string {
  if (!bytes) return `#${id}`;
  return bytes.map((byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`).join('');
}

/** The drawn text of a candidate, which stands alone: one without text is called by its number. */
export function candidateLabel({ id, text }: NamedToken): Label {
  return text === '' ? { text: `#${id}`, mark: true } : tokenLabel(text, true);
}

/** A candidate in a sentence: one without text is called by its number. */
export function spokenCandidate({ id, text }: NamedToken): string {
  return text === '' ? `token number ${id}` : spokenToken(text);
}

/** A token in a sentence, in quotation marks, as a screen reader should say it. */
export function spokenToken(text: string): string {
  if (text === '' || text === '\uFFFD') return 'part of a character';
  const said = text.replaceAll('\n', ' newline ').replaceAll('\t', ' tab ').trim();
  return said === '' ? 'space' : `“${said}”`;
}
