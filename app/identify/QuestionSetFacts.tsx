import { type QuestionSet, type QuestionSource, relationCounts } from '../../src/identify/questions.ts';
import { Disclosure } from '../controls/Disclosure.tsx';
import { Table } from '../controls/Table.tsx';
import { relationWords } from './question-sets.ts';

/** A source with its licence. */
export function SourceLine({ name, url, licence }: QuestionSource) {
  return (
    <li>
      {url ? (
        <a href={url} target="_blank" rel="noreferrer">
          <bdi>{name}</bdi>
        </a>
      ) : (
        <bdi>{name}</bdi>
      )}{' '}
      <span className="muted">
        (licence: <bdi>{licence}</bdi>)
      </span>
    </li>
  );
}

/** How many questions of what kinds a set has, where they come from and under which licence. */
export function QuestionSetFacts({ set: { header, questions } }: { readonly set: QuestionSet }) {
  const relations = relationCounts(questions);
  const measured = header.measured?.relations;
  const rows = Array.from(relations, ([relation, count]) => {
    const known = measured?.[relation];
    return [
      relationWords(relation),
      String(count),
      ...(measured
        ? [String(known?.right ?? ''), String(known?.wrong ?? ''), String(known?.mixed ?? '')]
        : []),
    ];
  });
  return (
    <div className="set-facts">
      <dl className="facts">
        <dt>Set</dt>
        <dd>
          <bdi>{header.name}</bdi>, {questions.length.toLocaleString('en')} questions in {relations.size}{' '}
          relation{relations.size === 1 ? '' : 's'}
        </dd>
        <dt>Sources</dt>
        <dd>
          <ul>
            {Object.entries(header.sources).map(([key, source]) => (
              <SourceLine key={key} {...source} />
            ))}
          </ul>
        </dd>
      </dl>
      <Disclosure title="Questions by relation">
        {() => (
          <Table
            caption={
              header.measured
                ? `Questions by relation, and what ${header.measured.model} consistently answers`
                : 'Questions by relation'
            }
            head={['Relation', 'Questions', ...(measured ? ['Right', 'Made up', 'Mixed'] : [])]}
            rows={rows}
          />
        )}
      </Disclosure>
    </div>
  );
}
