import { Tokenizer } from '@huggingface/tokenizers';
import { PRE_TOKENIZERS } from '../graph/gguf/pre-tokenizers.ts';
import { EngineError } from '../lib/errors.ts';
import { shownName } from '../lib/shown.ts';
import { BoundedRegExp, type StepBudget, TooManySteps } from './bounded-regexp.ts';

type TokenizerJson = ConstructorParameters<typeof Tokenizer>[0];
type TokenizerConfig = ConstructorParameters<typeof Tokenizer>[1];

/** Steps that the patterns of a tokenizer may take for a text: those of real ones take some tens a character. */
const STEPS = 1_000_000;
const STEPS_A_CHARACTER = 500;
/** Characters of a token, for texts that are given as tokens. */
const TOKEN_LENGTH = 16;

/** A part of a tokenizer, as @huggingface/tokenizers builds it: a pattern of its own, or other parts. */
interface Part {
  pattern?: RegExp | null;
  readonly config?: { readonly pattern?: { readonly Regex?: unknown } };
  readonly normalizers?: readonly (Part | null)[];
  readonly tokenizers?: readonly (Part | null)[];
  readonly decoders?: readonly (Part | null)[];
}

/** All regular expressions in a part of a tokenizer.json. */
function patternsIn(part: unknown): string[] {
  if (typeof part !== 'object' || part === null) return [];
  const own = 'Regex' in part && typeof part.Regex === 'string' ? [part.Regex] : [];
  return [...own, ...Object.values(part).flatMap(patternsIn)];
}

/** Patterns of this program's own, which end. */
const OWN = new Set([...PRE_TOKENIZERS.values()].flatMap(({ preTokenizer }) => patternsIn(preTokenizer)));

function boundPart(part: Part | null, budget: StepBudget): void {
  if (!part) return;
  const written = part.config?.pattern?.Regex;
  if (part.pattern && typeof written === 'string' && !OWN.has(written))
    part.pattern = new BoundedRegExp(part.pattern, part.pattern.flags, budget);
  const inner = [part.normalizers, part.tokenizers, part.decoders].flatMap((parts) => parts ?? []);
  for (const each of inner) boundPart(each, budget);
}

/** Turns what a pattern that takes too long throws into a sentence. */
function ended<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!(cause instanceof TooManySteps)) throw cause;
    throw new EngineError(
      'bad-input',
      `The model's tokenizer takes too long over this text by its pattern "${shownName(cause.pattern)}"; choose another export of the model, or a shorter text.`,
      { cause },
    );
  }
}

function bound(json: TokenizerJson, config: TokenizerConfig): Tokenizer {
  const tokenizer = new Tokenizer(json, config);
  const budget: StepBudget = { left: Number.POSITIVE_INFINITY };
  const { normalizer, pre_tokenizer, decoder } = tokenizer as unknown as Record<string, Part | null>;
  for (const part of [normalizer, pre_tokenizer, decoder]) boundPart(part, budget);
  const encode = tokenizer.encode.bind(tokenizer);
  const decode = tokenizer.decode.bind(tokenizer);
  return Object.assign(tokenizer, {
    encode(...[text, ...options]: Parameters<typeof encode>) {
      budget.left = STEPS + STEPS_A_CHARACTER * text.length;
      return ended(() => encode(text, ...options));
    },
    decode(...[ids, ...options]: Parameters<typeof decode>) {
      budget.left = STEPS + STEPS_A_CHARACTER * TOKEN_LENGTH * ids.length;
      return ended(() => decode(ids, ...options));
    },
  });
}

/**
 * A tokenizer whose patterns end: some that a file may have take longer than anyone waits for ("(a+)+$"). `encode` and
 * `decode` throw EngineError `bad-input` where a text takes too many steps.
 * @throws EngineError `unsupported-model` where something in it cannot be read
 */
export function boundedTokenizer(json: TokenizerJson, config: TokenizerConfig): Tokenizer {
  try {
    return bound(json, config);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EngineError(
      'unsupported-model',
      `The model's tokenizer cannot be read (${shownName(reason, 200)}); choose another export of the model.`,
      { cause },
    );
  }
}
