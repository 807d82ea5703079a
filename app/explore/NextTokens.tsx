import { memo } from 'react';
import type { TokenEvent } from '../../src/engine/answer-events.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { Table } from '../ui/Table.tsx';
import { Tools } from '../ui/Tools.tsx';
import { tableOf } from '../ui/table-columns.ts';
import { candidateLabel, spokenCandidate } from './label.ts';
import { percent } from './percent.ts';
import { useRecord, useSelected, useSession } from './state/hooks.ts';
import { type LaneIndex, laneIndices, laneNames, laneWords, tokenAt } from './state/record.ts';

/** What each lane could say after the chosen position: the ten likeliest tokens. */
export function NextTokens() {
  const at = useSelected();
  return (
    <section className="panel next" aria-label="Next token">
      <div className="panel-head">
        <h2>
          <b>e</b> Next token
        </h2>
        <p className="readout">click one: what if it were said?</p>
      </div>
      <div className="next-lanes">
        {laneIndices.map((lane) => (
          <Candidates key={lane} lane={lane} position={at.position} />
        ))}
      </div>
      <NextTable />
    </section>
  );
}

function Candidates({ lane, position }: { readonly lane: LaneIndex; readonly position: number }) {
  const session = useSession();
  const record = useRecord();
  const at = tokenAt(record, lane, position + 1 - record.prompt.length);

  /** The lane's answer up to a position. */
  function before(end: number): number[] {
    return Array.from(
      { length: Math.max(0, end + 1 - record.prompt.length) },
      (_, index) => tokenAt(record, lane, index)!.token.token.id,
    );
  }

  return (
    <div className={at?.stale ? 'next-lane next-stale' : 'next-lane'}>
      <h3>
        <span className={`lane-mark lane-mark-${lane}`} aria-hidden="true" /> {laneWords[lane]}
      </h3>
      {at ? (
        <Tools label={`What if, ${laneNames[lane]}`} orientation="vertical">
          <ol>
            {at.token.top.map((candidate) => {
              const { id, logprob } = candidate;
              const probability = Math.exp(logprob);
              const label = candidateLabel(candidate).text;
              return (
                <li key={id} data-chosen={id === at.token.token.id}>
                  <button
                    type="button"
                    className="next-button"
                    aria-label={`What if ${spokenCandidate(candidate)}, ${percent(probability)}`}
                    onClick={() =>
                      session.whatIf([...before(position), id], `what if ${spokenCandidate(candidate)}`)
                    }
                  >
                    <bdi className="next-token" title={label}>
                      {label}
                    </bdi>
                    <span className="next-bar" style={{ inlineSize: `${100 * probability}%` }} />
                    <span className="next-number">{percent(probability)}</span>
                  </button>
                </li>
              );
            })}
          </ol>
        </Tools>
      ) : (
        <p className="muted">
          {position + 1 < record.prompt.length
            ? 'Inside of the prompt nothing is drawn.'
            : 'No token follows.'}
        </p>
      )}
    </div>
  );
}

const NextTable = memo(() => <Disclosure title="Next tokens as a table">{() => <NextRows />}</Disclosure>);

type Candidate = Pick<TokenEvent['top'][number], 'id' | 'text' | 'logprob'>;

const spoken = (candidate: Candidate | undefined) => (candidate ? spokenCandidate(candidate) : '');
const probability = (candidate: Candidate | undefined) =>
  candidate ? percent(Math.exp(candidate.logprob)) : '';

/** The candidates of all lanes. */
function NextRows() {
  const record = useRecord();
  const { position } = useSelected();
  const tops = laneIndices.map(
    (lane) => tokenAt(record, lane, position + 1 - record.prompt.length)?.token.top ?? [],
  );
  return (
    <Table
      caption={`The likeliest tokens after position ${position}`}
      {...tableOf<number>(
        [
          { head: 'Rank', cell: (rank) => String(rank + 1) },
          ...laneIndices.flatMap((lane) => [
            { head: laneNames[lane], cell: (rank: number) => spoken(tops[lane]?.[rank]) },
            {
              head: `${laneNames[lane]}, probability`,
              cell: (rank: number) => probability(tops[lane]?.[rank]),
            },
          ]),
        ],
        Array.from({ length: Math.max(0, ...tops.map((top) => top.length)) }, (_, rank) => rank),
      )}
    />
  );
}
