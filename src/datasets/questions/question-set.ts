import { z } from 'zod';
import { webAddressSchema } from '../../lib/bytes/web-address.ts';
import { EngineError } from '../../lib/errors.ts';
import { listedNames, shownName } from '../../lib/shown.ts';
import { formatHeadedLines, parseHeadedLines } from '../headed-lines.ts';

const format = 'h-neuron-questions';
const version = 1;

export interface Question {
  /** Unique in its set; the seeds of its samples come from it. */
  readonly id: string;
  /** Equal for questions that ask for the same fact in other words: they stay on one side of every split. */
  readonly fact: string;
  readonly question: string;
  /** Accepted answers; none where the question is about something invented, so that every answer is made up. */
  readonly answers: readonly string[];
  /** Wrong answers that the question offers beside the right one; a reply that holds both decides nothing. */
  readonly rivals?: readonly string[];
  /** Group of questions of one kind, such as "capitals". */
  readonly relation: string;
  /** Key of `QuestionSetHeader.sources`. */
  readonly source: string;
}

export interface QuestionSource {
  readonly name: string;
  readonly url?: string;
  readonly licence: string;
}

/** How often a model answered consistently right and wrong. */
export interface MeasuredRelation {
  readonly right: number;
  readonly wrong: number;
  readonly mixed: number;
}

export interface QuestionSetHeader {
  readonly format: typeof format;
  readonly version: typeof version;
  readonly name: string;
  readonly description: string;
  readonly sources: Readonly<Record<string, QuestionSource>>;
  /** Number of questions by relation. */
  readonly relations: Readonly<Record<string, number>>;
  /** Where only these relations of a set were taken. */
  readonly only?: readonly string[];
  /** Where the questions show the choices that they offer. */
  readonly asked?: 'choices';
  /** What a model was found to know, with the settings that it was found with. */
  readonly measured?: {
    readonly model: string;
    readonly fingerprint: string;
    readonly command: string;
    readonly relations: Readonly<Record<string, MeasuredRelation>>;
  };
}

export interface QuestionSet {
  readonly header: QuestionSetHeader;
  readonly questions: readonly Question[];
}

const text = z.string().trim().min(1).max(2000);
const count = z.int().nonnegative();

/** Sources by their key. */
export const sourcesSchema = z.record(
  z.string(),
  z.object({ name: text, url: webAddressSchema.optional(), licence: text }),
);

const headerSchema: z.ZodType<QuestionSetHeader> = z.object({
  format: z.literal(format),
  version: z.literal(version),
  name: text,
  description: text,
  sources: sourcesSchema,
  relations: z.record(z.string(), count),
  only: z.array(text).optional(),
  asked: z.literal('choices').optional(),
  measured: z
    .object({
      model: text,
      fingerprint: text,
      command: text,
      relations: z.record(z.string(), z.object({ right: count, wrong: count, mixed: count })),
    })
    .optional(),
});

const questionSchema: z.ZodType<Question> = z.object({
  id: text,
  fact: text,
  question: text,
  answers: z.array(text).max(1000),
  rivals: z.array(text).min(1).max(1000).optional(),
  relation: text,
  source: text,
});

function refuse(sentence: string): never {
  throw new EngineError('bad-input', sentence);
}

/**
 * Reads a question set: JSONL, its first line the header, every other line a question.
 * @param file name of the file, for sentences
 * @throws EngineError `bad-input` with one sentence that says what is wrong in which line
 */
export function parseQuestionSet(source: string, file?: string): QuestionSet {
  const { header, items } = parseHeadedLines(
    source,
    {
      format,
      what: 'question set',
      items: 'questions',
      header: headerSchema,
      item: () => questionSchema,
    },
    file,
  );
  return { header, questions: items };
}

/** Number of questions by relation, in the order in which relations first come. */
export function relationCounts(questions: readonly Question[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { relation } of questions) counts.set(relation, (counts.get(relation) ?? 0) + 1);
  return counts;
}

/** Relations of a set that a sentence names. */
const RELATIONS_SHOWN = 100;

/**
 * The questions of some relations, in their order.
 * @throws EngineError `bad-input` that names a relation which the set does not have, and those that it has
 */
export function ofRelations({ header, questions }: QuestionSet, relations: readonly string[]): QuestionSet {
  const counts = relationCounts(questions);
  const unknown = relations.find((relation) => !counts.has(relation));
  if (unknown !== undefined)
    refuse(
      `${shownName(header.name)} has no relation ${listedNames([unknown])}; it has ${listedNames([...counts.keys()].sort(), RELATIONS_SHOWN)}.`,
    );
  const wanted = new Set(relations);
  const kept = questions.filter(({ relation }) => wanted.has(relation));
  const left = Object.fromEntries(relationCounts(kept));
  return { header: { ...header, relations: left, only: relations }, questions: kept };
}

/** Share of a relation's questions that is answered consistently right, and share wrong, for it to be known in part. */
const PARTLY_KNOWN = 0.2;

/** Relations of which the model that a set was measured with knows some facts and not others: they give most to learn from. */
export function partlyKnown({ measured }: QuestionSetHeader): string[] {
  return Object.entries(measured?.relations ?? {})
    .filter(([, { right, wrong, mixed }]) => Math.min(right, wrong) >= PARTLY_KNOWN * (right + wrong + mixed))
    .map(([relation]) => relation);
}

/** The text of a question set's file. */
export function formatQuestionSet({ header, questions }: QuestionSet): string {
  return formatHeadedLines(header, questions);
}
