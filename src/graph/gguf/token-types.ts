import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { isCustomary, isUnmistakable } from './control-names.ts';
import { TOKEN_TYPES } from './tokenizer-parts.ts';
import type { GgufFile } from './types.ts';
import { optionalNumbers } from './values.ts';

/** Types of tokens that stand for themselves and are never made by merging. */
export const WHOLE: ReadonlySet<number | undefined> = new Set([
  TOKEN_TYPES.unknown,
  TOKEN_TYPES.control,
  TOKEN_TYPES.userDefined,
]);

export interface TokenTypes {
  /** Of TOKEN_TYPES, one a token. */
  readonly types: readonly number[];
  /** What was taken otherwise than the file says, in a sentence. */
  readonly notice: string | undefined;
}

/** The first few names, and how many more there are. */
export function listed(names: readonly string[]): string {
  const shown = names.slice(0, 3).map((name) => shownName(name));
  const more = names.length - shown.length;
  return more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(' and ');
}

/** Types by name, for a file that tells none: what it names as special, what is called like a control token, and bytes. */
function typesByName(
  tokens: readonly string[],
  special: ReadonlySet<number>,
  unknownId: number | undefined,
): number[] {
  return tokens.map((name, id) => {
    if (id === unknownId || name === '<unk>') return TOKEN_TYPES.unknown;
    if (special.has(id) || isUnmistakable(name) || isCustomary(name)) return TOKEN_TYPES.control;
    return /^<0x[0-9A-F]{2}>$/.test(name) ? TOKEN_TYPES.byte : TOKEN_TYPES.normal;
  });
}

/**
 * The type of every token. Tokens that a file calls ordinary are control tokens all the same where it begins or ends texts
 * with them, or where they have the name of one.
 * @param special ids that the file's metadata names, as for the end of a text
 * @throws EngineError `unsupported-model` where there is not one type a token
 */
export function tokenTypes(
  file: GgufFile,
  tokens: readonly string[],
  special: ReadonlySet<number>,
  unknownId: number | undefined,
): TokenTypes {
  const given = optionalNumbers(file, 'tokenizer.ggml.token_type');
  if (given === undefined) {
    const types = typesByName(tokens, special, unknownId);
    const names = tokens.filter((_, id) => types[id] === TOKEN_TYPES.control);
    if (names.length === 0) return { types, notice: undefined };
    const notice = `The file does not say which of its tokens are control tokens; ${listed(names)} were taken for such by their names.`;
    return { types, notice };
  }
  if (given.length !== tokens.length) {
    throw new EngineError(
      'unsupported-model',
      `${file.source.name}: it has ${tokens.length} tokens but ${given.length} token types; download the file again.`,
    );
  }
  const changed: string[] = [];
  const types = given.map((type, id) => {
    const name = tokens[id];
    if (type !== TOKEN_TYPES.normal || !(isUnmistakable(name) || (special.has(id) && isCustomary(name))))
      return type;
    changed.push(name);
    return TOKEN_TYPES.control;
  });
  if (changed.length === 0) return { types: given, notice: undefined };
  const notice = `The file marks ${listed(changed)} as ordinary text; by their names they were taken for control tokens.`;
  return { types, notice };
}
