import { Button } from 'react-aria-components';
import { textAt, useRecord, useSelected, useSession } from '../state/hooks.ts';
import { laneNames } from '../state/record.ts';
import { tokenLabel } from './label.ts';

/** Which token the parts below show. */
export function Reading() {
  const { selection } = useSession().stores;
  const record = useRecord();
  const at = useSelected();
  const text = textAt(record, at);
  if (text === undefined) return <p className="reading" />;
  const answer = at.position - record.prompt.length;
  return (
    <p className="reading">
      <span className={`lane-mark lane-mark-${at.lane}`} aria-hidden="true" />
      <span>
        While the model reads <bdi className="reading-token">{tokenLabel(text, true).text}</bdi>
      </span>
      <span className="muted">
        {laneNames[at.lane]}, {answer < 0 ? `prompt token ${at.position + 1}` : `answer token ${answer + 1}`},
        position {at.position}
      </span>
      {at.pinned && (
        <Button className="button-plain" onPress={() => selection.setState({ pin: undefined })}>
          Unpin (Esc)
        </Button>
      )}
    </p>
  );
}
