import { normalised } from '../../src/datasets/normalise.ts';
import type { Question } from '../../src/datasets/questions/question-set.ts';
import { createRandom, randomInt } from '../../src/lib/math/random.ts';

const SEED = 20_250_101;

const onsets = 'b br d dr f fl g gl k kr l m n p pr r s st t tr v vr z zh'.split(' ');
const vowels = 'a e i o u ai ei ou'.split(' ');
const codas = ['', '', 'n', 'r', 'l', 'm', 's', 'th', 'k', 'x'];

interface Kind {
  readonly relation: string;
  /** Ends of the names of this kind. */
  readonly endings: readonly string[];
  readonly syllables: number;
  readonly wordings: readonly string[];
}

const kinds: readonly Kind[] = [
  {
    relation: 'countries',
    endings: ['ia', 'stan', 'land', 'ovia'],
    syllables: 2,
    wordings: [
      'What is the capital of {}?',
      'What is the currency of {}?',
      'What is the official language of {}?',
    ],
  },
  {
    relation: 'cities',
    endings: ['burg', 'ville', 'grad', 'mouth'],
    syllables: 2,
    wordings: ['In which country is the city of {}?', 'Which river flows through {}?'],
  },
  {
    relation: 'books',
    endings: ['ane', 'iel', 'or'],
    syllables: 2,
    wordings: [
      'Who wrote the novel "The Gardens of {}"?',
      'In which year was the novel "The Gardens of {}" published?',
    ],
  },
  {
    relation: 'scientists',
    endings: ['ov', 'sen', 'ini', 'ard'],
    syllables: 2,
    wordings: ['What did the physicist {} discover?', 'In which year was the physicist {} born?'],
  },
  {
    relation: 'animals',
    endings: ['fish', 'bird', 'toad', 'wing'],
    syllables: 2,
    wordings: ['On which continent does the {} live?', 'What does the {} eat?'],
  },
  {
    relation: 'elements',
    endings: ['ium'],
    syllables: 2,
    wordings: ['What is the chemical symbol of the element {}?', 'Who discovered the element {}?'],
  },
  {
    relation: 'companies',
    endings: ['ex', 'tron', 'co'],
    syllables: 2,
    wordings: ['What does the company {} make?', 'Who founded the company {}?'],
  },
  {
    relation: 'battles',
    endings: ['feld', 'dorf', 'mere'],
    syllables: 2,
    wordings: ['Who won the Battle of {}?', 'In which year was the Battle of {}?'],
  },
];

/** Names of a kind. */
const NAMES = 20;

function createNames(random: () => number) {
  const pick = <T>(list: readonly T[]) => list[randomInt(random, list.length)];
  const seen = new Set<string>();
  return ({ syllables, endings }: Kind): string => {
    for (;;) {
      let name = '';
      for (let i = 0; i < syllables; i++)
        name +=
          pick(onsets) + pick(vowels) + (i < syllables - 1 ? pick(codas) : pick(['l', 'n', 'r', 'v', 'd']));
      name = name[0].toUpperCase() + name.slice(1) + pick(endings);
      if (!seen.has(name)) {
        seen.add(name);
        return name;
      }
    }
  };
}

/** Questions about names made of syllables by chance; there is no right answer. */
export function inventedQuestions(): Question[] {
  const nameOf = createNames(createRandom(SEED));
  return kinds.flatMap((kind) =>
    Array.from({ length: NAMES }, () => nameOf(kind)).flatMap((name) =>
      kind.wordings.map((wording, i) => {
        const fact = `invented-${kind.relation}/${normalised(name)}`;
        const question = wording.replace('{}', name);
        return {
          id: `${fact}/${i + 1}`,
          fact,
          question,
          answers: [],
          relation: `invented-${kind.relation}`,
          source: 'own',
        };
      }),
    ),
  );
}
