import { EngineError } from '../../lib/errors.ts';
import { TOKEN_TYPES, type TokenizerParts, type Vocabulary } from './tokenizer-parts.ts';
import type { GgufFile } from './types.ts';
import { metaNumbers, optionalBoolean } from './values.ts';

/** Stands for a space in pieces. */
const SPACE = '\u2581';

/** Characters; those of trained vocabularies are far shorter. */
const LONGEST_PIECE = 1024;
/** Characters of all merges together: those of trained vocabularies have a few times as many as their pieces. */
const MERGED_SHARE = 16;
const MOST_MERGED = 1_000_000;

function tooMuch(file: GgufFile, what: string): EngineError {
  return new EngineError(
    'unsupported-model',
    `${file.source.name}: its vocabulary has ${what}, which no trained one has; download the file again.`,
  );
}

function isOneCharacter(text: string): boolean {
  return text.length === 1 || (text.length === 2 && (text.codePointAt(0) ?? 0) > 0xffff);
}

/** Whether a text can be cut before this UTF-16 unit: not within a surrogate pair. */
function isBoundary(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit < 0xdc00 || unit > 0xdfff;
}

/**
 * SentencePiece joins, again and again, the two neighbours whose union is the piece of the highest score. That is BPE
 * with every way to cut a piece into characters or other pieces as a merge, in order of the pieces' scores.
 */
function mergesByScore(
  file: GgufFile,
  { tokens, types }: Vocabulary,
  scores: readonly number[],
): [string, string][] {
  const ids = [...tokens.keys()].filter((id) => (types[id] ?? TOKEN_TYPES.normal) === TOKEN_TYPES.normal);
  const pieces = new Set(ids.map((id) => tokens[id]));
  const isSymbol = (text: string) => isOneCharacter(text) || pieces.has(text);
  const merges: [string, string][] = [];
  const text = ids.reduce((sum, id) => sum + tokens[id].length, 0);
  let left = MOST_MERGED + MERGED_SHARE * text;
  for (const id of ids.sort((a, b) => scores[b] - scores[a])) {
    const piece = tokens[id];
    if (piece.length > LONGEST_PIECE) throw tooMuch(file, `a piece of ${piece.length} characters`);
    for (let at = 1; at < piece.length; at++) {
      if (!isBoundary(piece, at)) continue;
      const start = piece.slice(0, at);
      const end = piece.slice(at);
      if (!isSymbol(start) || !isSymbol(end)) continue;
      left -= piece.length;
      if (left < 0) throw tooMuch(file, 'pieces that can be put together in too many ways');
      merges.push([start, end]);
    }
  }
  return merges;
}

/**
 * The parts of a tokenizer whose tokens are SentencePiece's (tokenizer.ggml.model `llama`): pieces with scores, bytes
 * for characters that no piece has. A space in front of a text is put there where the file says so or says nothing.
 * It is not taken away when text is decoded, since a token may stand anywhere in an answer.
 * @throws EngineError `unsupported-model` where there is not one score a token
 */
export function sentencePieceParts(file: GgufFile, vocabulary: Vocabulary): TokenizerParts {
  const { tokens, types, unknownId } = vocabulary;
  const scores = metaNumbers(file, 'tokenizer.ggml.scores');
  if (scores.length !== tokens.length) {
    throw new EngineError(
      'unsupported-model',
      `${file.source.name}: it has ${tokens.length} tokens but ${scores.length} scores; download the file again.`,
    );
  }
  const prefix = optionalBoolean(file, 'tokenizer.ggml.add_space_prefix') ?? true;
  const spaces = { type: 'Replace', pattern: { String: ' ' }, content: SPACE };
  const unknown = unknownId ?? types.indexOf(TOKEN_TYPES.unknown);
  return {
    normalizer: prefix
      ? { type: 'Sequence', normalizers: [{ type: 'Prepend', prepend: SPACE }, spaces] }
      : spaces,
    preTokenizer: null,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: SPACE }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
      ],
    },
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: tokens[unknown] ?? null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: true,
      byte_fallback: types.includes(TOKEN_TYPES.byte),
      ignore_merges: false,
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: mergesByScore(file, vocabulary, scores),
    },
    addBos: true,
  };
}
