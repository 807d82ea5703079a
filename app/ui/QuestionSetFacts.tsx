import {
  type QuestionSet,
  type QuestionSource,
  relationCounts,
} from '../../src/datasets/questions/question-set.ts';
import { isWebAddress } from '../../src/lib/bytes/web-address.ts';
import { counted } from '../../src/lib/count.ts';
import { relationWords } from '../identify/question-sets.ts';
import { Disclosure } from './Disclosure.tsx';
import { Table } from './Table.tsx';
import { tableOf } from './table-columns.ts';

/** A source with its licence. */
export function SourceLine({ name, url, licence }: QuestionSource) {
  return (
    <li>
      {url !== undefined && isWebAddress(url) ? (
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
  const outcomes = measured
    ? ([
        ['Right', 'right'],
        ['Made up', 'wrong'],
        ['Mixed', 'mixed'],
      ] as const)
    : [];
  return (
    <div className="set-facts">
      <dl className="facts">
        <dt>Set</dt>
        <dd>
          <bdi>{header.name}</bdi>, {counted(questions.length, 'question')} in{' '}
          {counted(relations.size, 'relation')}
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
            {...tableOf<readonly [relation: string, count: number]>(
              [
                { head: 'Relation', cell: ([relation]) => relationWords(relation) },
                { head: 'Questions', cell: ([, count]) => String(count) },
                ...outcomes.map(([head, outcome]) => ({
                  head,
                  cell: ([relation]: readonly [string, number]) =>
                    String(measured?.[relation]?.[outcome] ?? ''),
                })),
              ],
              [...relations],
            )}
          />
        )}
      </Disclosure>
    </div>
  );
}
