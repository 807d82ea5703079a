import { Button } from 'react-aria-components';
import { useRecord, useSession } from './state/hooks.ts';
import { laneIndices, tokenAt } from './state/record.ts';

/** The tokens that every answer is made to start with, and a way back. */
export function AnswerStart() {
  const session = useSession();
  const record = useRecord();
  const ids = record.lane(1).current.made?.asked.answerStart;
  if (!ids || ids.length === 0) return null;
  const text = ids
    .map((id, index) => {
      const tokens = laneIndices.map((lane) => tokenAt(record, lane, index)?.token.token);
      return tokens.find((token) => token?.id === id)?.text ?? `#${id}`;
    })
    .join('');
  return (
    <p className="answer-start">
      <span className="chip">
        Answer starts with <bdi>“{text.trim()}”</bdi>
        <Button
          className="button-plain"
          aria-label="Let the model start by itself"
          onPress={() => session.whatIf([])}
        >
          ✕
        </Button>
      </span>
    </p>
  );
}
