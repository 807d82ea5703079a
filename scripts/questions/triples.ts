import { hashText } from '../../src/studies/identify/sample.ts';
import type { Relation } from './relation.ts';

interface Triple {
  readonly relation: string;
  readonly subject: string;
  readonly objects: readonly string[];
}

interface Choice {
  readonly name: string;
  /** Relation of the triples. */
  readonly from: string;
  readonly wordings: readonly string[];
  /** Objects that are asked for, with what else counts; triples with other objects are left out. */
  readonly accepted: Readonly<Record<string, readonly string[]>>;
  /** Triples an object at most, so that no answer is always the right guess. */
  readonly most: number;
}

const choices: readonly Choice[] = [
  {
    name: 'companies-of-products',
    from: 'product_by_company',
    wordings: ['Which company made {}?'],
    accepted: {
      Microsoft: [],
      Apple: [],
      IBM: [],
      Sega: [],
      Nintendo: [],
      Google: [],
      Intel: [],
      Sony: [],
      Boeing: [],
      Honda: [],
      Renault: [],
      Nissan: [],
      BMW: [],
      Toyota: [],
      Adobe: [],
      Ford: [],
      Chevrolet: ['General Motors', 'GM'],
      Airbus: [],
      Nokia: [],
    },
    most: 5,
  },
  {
    name: 'sports-of-players',
    from: 'person_plays_pro_sport',
    wordings: ['Which sport did {} play?'],
    accepted: {
      soccer: ['football', 'association football'],
      football: ['American football'],
      basketball: [],
      baseball: [],
      hockey: ['ice hockey'],
    },
    most: 12,
  },
  {
    name: 'native-languages',
    from: 'person_native_language',
    wordings: ['What is the native language of {}?'],
    accepted: {
      French: [],
      Russian: [],
      Dutch: [],
      English: [],
      Italian: [],
      Spanish: [],
      Swedish: [],
      German: [],
      Polish: [],
    },
    most: 12,
  },
];

/** People, not groups or places that the relation holds as well. */
const isName = (subject: string) => /\s/.test(subject) && !/[()*.,\d]/.test(subject);

/** Relations of the triples that are chosen above, at most so many an object, in an order by chance. */
export function tripleRelations(jsonl: string): Relation[] {
  const triples = jsonl
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Triple);
  return choices.map(({ name, from, wordings, accepted, most }) => {
    const taken = new Map<string, number>();
    const facts = triples
      .filter(
        ({ relation, subject }) => relation === from && (from === 'product_by_company' || isName(subject)),
      )
      .sort((a, b) => hashText(a.subject) - hashText(b.subject))
      .flatMap(({ subject, objects }) => {
        const [object] = objects;
        const times = taken.get(object) ?? 0;
        if (objects.length !== 1 || !Object.hasOwn(accepted, object) || times >= most) return [];
        taken.set(object, times + 1);
        return [{ subject, answers: [object, ...accepted[object]] }];
      });
    return { name, source: 'relations', wordings, facts };
  });
}
