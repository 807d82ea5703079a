import { useRecord, useSelected } from '../state/hooks.ts';
import { type LaneIndex, laneIndices, laneNames, tokenAt } from '../state/record.ts';
import { spokenToken, tokenLabel } from './label.ts';

function percent(probability: number): string {
  const value = 100 * probability;
  if (value >= 99.95) return '100 %';
  return value >= 10 ? `${value.toFixed(0)} %` : value >= 0.1 ? `${value.toFixed(1)} %` : '< 0.1 %';
}

/** What each lane could say after the chosen position: the ten likeliest tokens. */
export function NextTokens() {
  const at = useSelected();
  return (
    <section className="panel next" aria-label="Next token">
      <div className="panel-head">
        <h2>
          <b>e</b> Next token
        </h2>
      </div>
      <div className="next-lanes">
        {laneIndices.map((lane) => (
          <Candidates key={lane} lane={lane} position={at.position} />
        ))}
      </div>
    </section>
  );
}

function Candidates({ lane, position }: { readonly lane: LaneIndex; readonly position: number }) {
  const record = useRecord();
  const at = tokenAt(record, lane, position + 1 - record.prompt.length);
  return (
    <div className={at?.stale ? 'next-lane next-stale' : 'next-lane'}>
      <h3>
        <span className={`lane-mark lane-mark-${lane}`} aria-hidden="true" /> {laneNames[lane]}
      </h3>
      {at ? (
        <ol>
          {at.token.top.map(({ id, text, logprob }) => {
            const probability = Math.exp(logprob);
            return (
              <li key={id} data-chosen={id === at.token.token.id} title={spokenToken(text)}>
                <bdi className="next-token">{tokenLabel(text, true).text}</bdi>
                <span className="next-bar" style={{ inlineSize: `${100 * probability}%` }} />
                <span className="next-number">{percent(probability)}</span>
              </li>
            );
          })}
        </ol>
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
