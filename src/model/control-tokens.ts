import { isControl, isUnmistakable } from '../graph/gguf/control-names.ts';
import { listed } from '../graph/gguf/token-types.ts';

/** A token that a tokenizer cuts out of a text before anything else happens to it. */
export interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
  readonly normalized?: boolean;
}

type Json = Readonly<Record<string, unknown>>;

interface ModelJson {
  readonly vocab?: Readonly<Record<string, number>> | readonly (readonly [string, number])[];
  readonly merges?: readonly (string | readonly string[])[];
  readonly unk_token?: string | null;
  readonly unk_id?: number | null;
}

export const addedTokensOf = (json: Json): readonly AddedToken[] =>
  Array.isArray(json.added_tokens) ? (json.added_tokens as readonly AddedToken[]) : [];

const vocabularyOf = ({ vocab = {} }: ModelJson): readonly (readonly [string, number])[] =>
  Array.isArray(vocab)
    ? vocab.map(([name], id) => [name, id] as const)
    : Object.entries(vocab as Readonly<Record<string, number>>);

/** Tokens that the vocabulary has under names that only control tokens have, though they are not among the added ones. */
function unmarkedControls(json: Json): ReadonlyMap<string, number> {
  const added = new Set(addedTokensOf(json).map(({ content }) => content));
  const all = vocabularyOf(json.model as ModelJson);
  return new Map(all.filter(([name]) => isUnmistakable(name) && !added.has(name)));
}

/** What to tell of such tokens, in a sentence; undefined where there are none. */
export function unmarkedNotice(json: Json): string | undefined {
  const names = [...unmarkedControls(json).keys()];
  if (names.length === 0) return undefined;
  return `The tokenizer marks ${listed(names)} as ordinary text; by their names they were taken for control tokens.`;
}

/** The token for what the vocabulary cannot express, which no text stands for by its name. */
function unknownToken(json: Json): AddedToken[] {
  const model = json.model as ModelJson;
  const isUnknown = ([name, id]: readonly [string, number]) =>
    id === model.unk_id || name === model.unk_token;
  const found = vocabularyOf(model).find(isUnknown);
  return found ? [{ id: found[1], content: found[0], special: true }] : [];
}

/** Control tokens of a tokenizer.json: those that steer the model. */
export function controlTokens(json: Json): ReadonlyMap<string, AddedToken> {
  const added = addedTokensOf(json).filter(
    ({ content, special }) => content !== '' && isControl(content, special === true),
  );
  const unmarked = [...unmarkedControls(json)].map(([content, id]) => ({ id, content, special: true }));
  return new Map([...unknownToken(json), ...added, ...unmarked].map((token) => [token.content, token]));
}

const FIRST_SURROGATE = 0xd800;
const DIGITS = 1024;

/**
 * Stands for a control token in a text: three high surrogates without their low ones. No text has them, since texts are
 * well formed, and none of their neighbours can be mistaken for a part of them.
 */
function markOf(id: number): string {
  return String.fromCharCode(
    FIRST_SURROGATE + Math.floor(id / DIGITS / DIGITS),
    FIRST_SURROGATE + (Math.floor(id / DIGITS) % DIGITS),
    FIRST_SURROGATE + (id % DIGITS),
  );
}

/**
 * A tokenizer.json that reads control tokens where their marks stand, and nowhere else: neither among the added tokens
 * nor by merges or pieces of the vocabulary.
 */
export function literalTokenizer(json: Json, controls: ReadonlyMap<string, AddedToken>): Json {
  const model = json.model as ModelJson;
  const renamed = (name: string) => {
    const token = controls.get(name);
    return token ? markOf(token.id) : name;
  };
  const ordinary = addedTokensOf(json).filter(({ content }) => !controls.has(content));
  const marks = [...controls.values()].map((token) => ({
    ...token,
    content: markOf(token.id),
    normalized: false,
  }));
  const { vocab, merges, unk_token: unknown } = model;
  const isOrdinary = (merge: string | readonly string[]) =>
    !controls.has(typeof merge === 'string' ? merge.replace(' ', '') : merge.join(''));
  return {
    ...json,
    added_tokens: [...ordinary, ...marks],
    model: {
      ...model,
      ...(Array.isArray(vocab) ? { vocab: vocab.map(([name, score]) => [renamed(name), score]) } : {}),
      ...(vocab && !Array.isArray(vocab)
        ? { vocab: Object.fromEntries(Object.entries(vocab).map(([name, id]) => [renamed(name), id])) }
        : {}),
      ...(merges ? { merges: merges.filter(isOrdinary) } : {}),
      ...(typeof unknown === 'string' ? { unk_token: renamed(unknown) } : {}),
    },
  };
}

const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

interface Range {
  readonly start: number;
  readonly end: number;
}

/** The longest of the names at a place of a text, by the length of those that start alike. */
function longestAt(
  text: string,
  at: number,
  names: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  return names.get(text[at])?.find((name) => text.startsWith(name, at));
}

/** Names by their first UTF-16 unit, longest first. */
function byStart(names: Iterable<string>): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const name of names) found.set(name[0], [...(found.get(name[0]) ?? []), name]);
  for (const list of found.values()) list.sort((a, b) => b.length - a.length);
  return found;
}

/**
 * A text with marks in place of the control tokens that are written in it, but for what was typed: there their names are
 * letters like others, and so are names that typed text and the text around it make together.
 * @param typed ascending, without overlaps
 */
export function markControls(
  text: string,
  typed: readonly Range[],
  controls: ReadonlyMap<string, AddedToken>,
  ordinary: readonly AddedToken[],
): string {
  const written = text.replace(LONE_SURROGATE, '\ufffd');
  const whole = typed.length === 1 && typed[0].start === 0 && typed[0].end === text.length;
  if (whole) return written;
  const names = byStart(
    [
      ...controls.keys(),
      ...ordinary.filter(({ normalized }) => !normalized).map(({ content }) => content),
    ].filter((name) => name !== ''),
  );
  const parts: string[] = [];
  let from = 0;
  let next = 0;
  for (let at = 0; at < written.length; ) {
    while (next < typed.length && typed[next].end <= at) next++;
    const name = longestAt(written, at, names);
    const control = name === undefined ? undefined : controls.get(name);
    const isTyped = next < typed.length && typed[next].start < at + (name?.length ?? 1);
    if (name === undefined || (control && isTyped)) at++;
    else if (!control) at += name.length;
    else {
      parts.push(written.slice(from, at), markOf(control.id));
      at += name.length;
      from = at;
    }
  }
  parts.push(written.slice(from));
  return parts.join('');
}
