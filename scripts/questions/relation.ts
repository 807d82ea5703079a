/** One thing that is asked: a subject and the answers that count. */
export interface Fact {
  readonly subject: string;
  readonly answers: readonly string[];
  /** Where the same fact is asked for in another relation; else relation and subject name it. */
  readonly fact?: string;
}

/** Questions of one kind. */
export interface Relation {
  readonly name: string;
  readonly source: 'own' | 'relations';
  /** {} stands for the subject. */
  readonly wordings: readonly string[];
  readonly facts: readonly Fact[];
}

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
