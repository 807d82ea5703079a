import { z } from 'zod';

/**
 * What makes a model the one it is, as four hashes of 32 hexadecimal digits. They depend neither on the device, nor on the
 * precision that is chosen when a model is loaded, nor on the name or number of its files.
 */
export interface ModelIdentity {
  /** Names, types, shapes and bytes of all weights. */
  readonly weights: string;
  /** What is computed with them: architecture, sizes and constants, or the nodes of the graph. */
  readonly computation: string;
  /** Vocabulary, merges, added tokens, how text is normalised and split, and the tokens that begin and end an answer. */
  readonly tokenizer: string;
  /** The chat template. */
  readonly template: string;
}

const hash = z.string().regex(/^[0-9a-f]{32}$/);

/** An identity as it stands in a file. */
export const identitySchema = z.object({ weights: hash, computation: hash, tokenizer: hash, template: hash });

const NAMES: Readonly<Record<keyof ModelIdentity, string>> = {
  weights: 'other weights',
  computation: 'another computation',
  tokenizer: 'another tokenizer',
  template: 'another chat template',
};

const PARTS = Object.keys(NAMES) as (keyof ModelIdentity)[];
const SHORT = 8;

/** "other weights, another tokenizer and another chat template". */
function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/**
 * What one model has and the other has not, in words: "another tokenizer and another chat template"; empty where they are
 * the same, undefined where one has no identity.
 */
export function identityDifference(
  a: ModelIdentity | undefined,
  b: ModelIdentity | undefined,
): string | undefined {
  if (!a || !b) return undefined;
  return listed(PARTS.filter((part) => a[part] !== b[part]).map((part) => NAMES[part]));
}

/** A short identity as it stands in a link. */
export const shortIdentitySchema = hash;

/** An identity for links: the first eight digits of each of its hashes. */
export function shortIdentity(identity: ModelIdentity): string {
  return PARTS.map((part) => identity[part].slice(0, SHORT)).join('');
}

/**
 * What a model has that the one of a short identity has not, in words; empty where they are the same.
 * @param short as `shortIdentity` gives it
 */
export function shortDifference(short: string, identity: ModelIdentity): string {
  const differing = PARTS.filter(
    (part, i) => short.slice(i * SHORT, (i + 1) * SHORT) !== identity[part].slice(0, SHORT),
  );
  return listed(differing.map((part) => NAMES[part]));
}

/** What of a model says whether a run may go on with it. */
export interface IdentifiedModel {
  readonly fingerprint: string;
  readonly identity?: ModelIdentity;
}

/**
 * What a model has that a run was not begun with, in words; undefined where it is the same, as far as a run that was begun
 * before there were identities lets one tell.
 */
export function otherThanBegun(begun: IdentifiedModel, now: IdentifiedModel): string | undefined {
  const difference = identityDifference(begun.identity, now.identity);
  if (difference === undefined) return begun.fingerprint === now.fingerprint ? undefined : NAMES.weights;
  return difference === '' ? undefined : difference;
}

/**
 * What is said of a file that was written before models had an identity.
 * @param what the file: "The run", "The neuron set"
 */
export function formerIdentityNote(what: string): string {
  return `${what} carries the identity of before, which was made from a small part of the weights: whether all weights, the tokenizer and the chat template are the same cannot be told.`;
}
