import { Button } from 'react-aria-components';
import { formatCett } from '../charts/neuron-grid.ts';
import { labelAt } from './labelAt.ts';
import { percent } from './percent.ts';
import { textAt, useRecord, useSelected, useSession } from './state/hooks.ts';
import { laneWords, tokenAt, trainedLogprob } from './state/record.ts';
import type { TokenQuantity } from './tokenColour.ts';

/** Quantities that the line tells in any case. */
const told: readonly TokenQuantity['kind'][] = ['trained', 'logprob', 'entropy', 'divergence'];

/** Which token the parts below show, and what is known of it. */
export function Reading({ quantity }: { readonly quantity: TokenQuantity | undefined }) {
  const { selection } = useSession().stores;
  const record = useRecord();
  const at = useSelected();
  if (textAt(record, at) === undefined) return <p className="reading" />;
  const answer = at.position - record.prompt.length;
  const token = answer < 0 ? undefined : tokenAt(record, at.lane, answer)?.token;
  const value = quantity?.value(at.lane, at.position);
  const trained = token && trainedLogprob(at.lane, token);
  return (
    <p className="reading">
      <span className={`lane-mark lane-mark-${at.lane}`} aria-hidden="true" />
      <span>
        While the model reads{' '}
        <bdi className="reading-token">{labelAt(record, at.lane, at.position, true)?.text}</bdi>
      </span>
      <span className="muted">
        {laneWords[at.lane]}, {answer < 0 ? `prompt token ${at.position + 1}` : `answer token ${answer + 1}`},
        position {at.position}
      </span>
      {token && (
        <span className="muted">
          probability {percent(Math.exp(token.logprob))}
          {at.lane > 0 && trained !== undefined && ` (as trained ${percent(Math.exp(trained))})`}, entropy{' '}
          {token.entropy.toFixed(2)} nats
          {token.divergence !== undefined && at.lane > 0 && `, KL ${formatCett(token.divergence)} nats`}
        </span>
      )}
      {quantity && !told.includes(quantity.kind) && value !== undefined && (
        <span className="muted">
          {quantity.short} {quantity.format(value)}
        </span>
      )}
      {at.pinned && (
        <Button className="button-plain" onPress={() => selection.setState({ pin: undefined })}>
          Unpin<span className="key-hint"> (Esc)</span>
        </Button>
      )}
    </p>
  );
}
