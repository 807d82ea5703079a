import type { Fact, Relation } from './relation.ts';

interface Country {
  readonly name: string;
  readonly capitals: readonly string[];
  readonly languages: readonly string[];
  readonly currencies: readonly string[];
  readonly continents: readonly string[];
}

function countries(text: string): Country[] {
  const rows = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return rows.map((row) => {
    const [name, ...columns] = row.split('|').map((part) => part.trim());
    const [capitals, languages, currencies, continents] = columns.map((column) => column.split('/'));
    return { name, capitals, languages, currencies, continents };
  });
}

/** With the plural, which replies use as well. */
const withPlural = (word: string) => (/s$/.test(word) ? [word] : [word, `${word}s`]);

/** Relations of countries.txt, whose first line names its columns. */
export function countryRelations(text: string): Relation[] {
  const all = countries(text);
  const facts = (answers: (country: Country) => readonly string[]): Fact[] =>
    all.map((country) => ({ subject: country.name, answers: answers(country) }));
  const relation = (name: string, wordings: readonly string[], list: readonly Fact[]): Relation => ({
    name,
    source: 'own',
    wordings,
    facts: list,
  });
  return [
    relation(
      'capitals',
      ['What is the capital city of {}?', 'What is the capital of {}?'],
      all.map(({ name, capitals }) => ({ subject: name, answers: capitals, fact: `capital of ${name}` })),
    ),
    relation(
      'countries-of-capitals',
      ['{} is the capital of which country?'],
      all.map(({ name, capitals }) => ({
        subject: capitals[0],
        answers: [name.replace(/^the /, '')],
        fact: `capital of ${name}`,
      })),
    ),
    relation(
      'languages',
      [
        'What is the official language of {}?',
        'What is the national language of {}?',
        'What language is spoken in {}?',
      ],
      facts(({ languages }) => languages),
    ),
    relation(
      'currencies',
      ['What is the currency of {}?'],
      facts(({ currencies }) => currencies.flatMap(withPlural)),
    ),
    relation(
      'continents',
      ['What continent is {} located in?', 'On which continent is {}?'],
      facts(({ continents }) => continents),
    ),
  ];
}
