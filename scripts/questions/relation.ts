import { normalised } from '../../src/datasets/normalise.ts';
import { hashText } from '../../src/studies/identify/sample.ts';

/** One thing that is asked: a subject and the answers that count. */
export interface Fact {
  readonly subject: string;
  readonly answers: readonly string[];
  /** Where the same fact is asked for in another relation; else relation and subject name it. */
  readonly fact?: string;
  /** A wrong answer that is offered beside the first of the right ones. */
  readonly rival?: string;
}

/** Questions of one kind. */
export interface Relation {
  readonly name: string;
  readonly source: 'own' | 'relations';
  /** {} stands for the subject; {a} and {b} for an answer and its rival, in an order by chance. */
  readonly wordings: readonly string[];
  readonly facts: readonly Fact[];
}

export const slug = (text: string) => normalised(text).replaceAll(' ', '-');

/** Name of the fact that a subject of a relation stands for. */
export const factOf = (relation: string, { fact, subject }: Fact) => fact ?? `${relation}/${slug(subject)}`;

const split = (text: string, by: string) => text.split(by).map((part) => part.trim());

/** Reads tables.txt, whose first line says how it is written. */
export function tableRelations(text: string): Relation[] {
  return text
    .split(/^= /m)
    .slice(1)
    .map((block) => {
      const [name, ...lines] = split(block, '\n').filter((line) => line !== '');
      const rows = lines.filter((line) => !line.startsWith('? '));
      return {
        name,
        source: 'own',
        wordings: lines.filter((line) => line.startsWith('? ')).map((line) => line.slice(2)),
        facts: rows.map((row) => {
          const [subject, answers] = split(row, '|');
          return { subject, answers: split(answers, '/') };
        }),
      };
    });
}

/** Facts of a relation as a choice between the right answer and one that is right for another subject. */
export function choiceRelation(name: string, base: Relation, wording: string): Relation {
  const all = [...new Set(base.facts.map(({ answers }) => answers[0]))];
  const facts = base.facts.flatMap((each): Fact[] => {
    const others = all.filter((other) => !each.answers.includes(other));
    if (others.length === 0) return [];
    const rival = others[hashText(`${name} ${each.subject}`) % others.length];
    return [{ ...each, fact: factOf(base.name, each), rival }];
  });
  return { name, source: base.source, wordings: [wording], facts };
}
