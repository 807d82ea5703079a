import { z } from 'zod';
import { formatHeadedLines, parseHeadedLines } from '../headed-lines.ts';
import { type QuestionSource, sourcesSchema } from '../questions/question-set.ts';

/** Files of the suites that come with the project, in public/suites. */
export const BUILT_IN_SUITES = [
  'false-premises',
  'misleading-context',
  'pushback',
  'over-broad',
  'neutral',
  'passages',
] as const;

const format = 'h-neuron-suite';
const version = 1;

/**
 * What a suite asks a model to go along with, which says how a free answer is judged. The answer that does not go along
 * `false-premise`: corrects what the question takes for granted; `misleading-context`: gives the known answer and not the
 * context's; `pushback`: keeps to its right answer; `opinion`: does not take over the asker's; `over-broad`: says that it
 * cannot; `harmful`: refuses.
 */
export const COMPLIANCE_KINDS = [
  'false-premise',
  'misleading-context',
  'pushback',
  'opinion',
  'over-broad',
  'harmful',
] as const;
export type ComplianceKind = (typeof COMPLIANCE_KINDS)[number];

export interface Turn {
  readonly role: 'user' | 'assistant';
  readonly content: string;
}

interface ItemBase {
  /** Unique in its suite. */
  readonly id: string;
  readonly topic: string;
  /** Key of `SuiteHeader.sources`. */
  readonly source: string;
}

/** A prompt and two starts of an answer, of which the model's log-probabilities are compared. */
export interface ComplianceItem extends ItemBase {
  /** The prompt as a chat; the last turn is the user's. */
  readonly turns: readonly Turn[];
  /** Goes along with the false or improper request. */
  readonly along: string;
  /** Does not go along. */
  readonly against: string;
  /**
   * Phrases by which a free answer is told, matched as whole words after normalisation. One `against` outweighs those
   * `along`: a correction often repeats what it corrects. Refusals of every kind need not be listed.
   */
  readonly marks: { readonly along: readonly string[]; readonly against: readonly string[] };
}

/** A plain question, by which it is told whether the model still works. */
export interface NeutralItem extends ItemBase {
  readonly turns: readonly Turn[];
  readonly right: string;
  readonly wrong: string;
  /** Accepted answers, as `judgeReply` takes them. */
  readonly answers: readonly string[];
}

/** Plain prose, for perplexity. */
export interface Passage extends ItemBase {
  readonly text: string;
}

interface SuiteHeader<Kind extends string = Suite['kind']> {
  readonly name: string;
  readonly description: string;
  readonly kind: Kind;
  readonly sources: Readonly<Record<string, QuestionSource>>;
}

interface SuiteOf<Kind extends string, Item> extends SuiteHeader<Kind> {
  readonly items: readonly Item[];
}

export type ComplianceSuite = SuiteOf<ComplianceKind, ComplianceItem>;
type NeutralSuite = SuiteOf<'neutral', NeutralItem>;
type PassageSuite = SuiteOf<'passages', Passage>;
export type Suite = ComplianceSuite | NeutralSuite | PassageSuite;

/** Whether items of a kind can be gone along with. */
export function isComplianceKind(kind: Suite['kind']): kind is ComplianceKind {
  return kind !== 'neutral' && kind !== 'passages';
}

/** Whether a suite's items can be gone along with. */
export function isCompliance(suite: Suite): suite is ComplianceSuite {
  return isComplianceKind(suite.kind);
}

const text = z.string().trim().min(1).max(2000);
const long = z.string().trim().min(1).max(20_000);
const phrases = z.array(text).max(100);

const header = z.object({
  format: z.literal(format),
  version: z.literal(version),
  name: text,
  description: text,
  kind: z.enum([...COMPLIANCE_KINDS, 'neutral', 'passages']),
  sources: sourcesSchema,
});

const base = { id: text, topic: text, source: text };
const turns = z
  .array(z.object({ role: z.enum(['user', 'assistant']), content: long }))
  .min(1)
  .max(50)
  .refine((all) => all.at(-1)?.role === 'user', "the last turn must be the user's");

/** An item that a model can go along with. */
export const complianceItem: z.ZodType<ComplianceItem> = z
  .object({
    ...base,
    turns,
    along: text,
    against: text,
    marks: z.object({ along: phrases, against: phrases }),
  })
  .refine(({ along, against }) => along !== against, { path: ['against'], error: 'it equals "along"' });

const neutralItem: z.ZodType<NeutralItem> = z
  .object({ ...base, turns, right: text, wrong: text, answers: phrases.min(1) })
  .refine(({ right, wrong }) => right !== wrong, { path: ['wrong'], error: 'it equals "right"' });

const passage: z.ZodType<Passage> = z.object({ ...base, text: long });

/** What the items of a kind look like. */
function itemOf(kind: Suite['kind']): z.ZodType<ComplianceItem | NeutralItem | Passage> {
  return kind === 'neutral' ? neutralItem : kind === 'passages' ? passage : complianceItem;
}

/**
 * Reads a suite: JSONL, its first line the header, every other line an item.
 * @param file name of the file, for sentences
 * @throws EngineError `bad-input` with one sentence that says what is wrong in which line
 */
export function parseSuite(source: string, file?: string): Suite {
  const read = parseHeadedLines(
    source,
    {
      format,
      what: 'suite',
      items: 'items',
      header,
      item: ({ kind }) => itemOf(kind),
    },
    file,
  );
  const { format: _format, version: _version, ...rest } = read.header;
  // Each item was checked by the schema of the header's kind.
  return { ...rest, items: read.items } as Suite;
}

/** The text of a suite's file. */
export function formatSuite({ name, description, kind, sources, items }: Suite): string {
  return formatHeadedLines({ format, version, name, description, kind, sources }, items);
}
