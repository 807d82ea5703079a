import { useEffect, useState } from 'react';
import type { QuestionSet } from '../../src/identify/questions.ts';
import { Choice } from '../controls/Choice.tsx';
import { Disclosure } from '../controls/Disclosure.tsx';
import { Amount } from '../controls/Field.tsx';
import { describeError } from '../state/describe-error.ts';
import { AskingFields } from './AskingFields.tsx';
import { useIdentification } from './context.ts';
import { Part } from './Part.tsx';
import { QuestionSetFacts } from './QuestionSetFacts.tsx';
import { type BuiltInName, loadBuiltIn, relationCounts } from './question-sets.ts';

type Origin = BuiltInName;

const origins: readonly { value: Origin; label: string }[] = [
  { value: 'facts', label: 'Facts' },
  { value: 'invented', label: 'Invented names' },
];

const notes: Readonly<Record<Origin, string>> = {
  facts: 'Short questions with known answers; small models know some of them.',
  invented: 'Questions about names made up by rule: whatever is answered with confidence is made up.',
};

const firstCount = 200;

/** What is asked, and how. */
export function Questions() {
  const identification = useIdentification();
  const [origin, setOrigin] = useState<Origin>('facts');
  const [whole, setWhole] = useState<QuestionSet>();
  const [count, setCount] = useState(firstCount);
  const [error, setError] = useState<string>();

  useEffect(() => {
    let wanted = true;
    setError(undefined);
    loadBuiltIn(origin).then(
      (set) => wanted && setWhole(set),
      (thrown: unknown) => wanted && setError(describeError(thrown)),
    );
    return () => {
      wanted = false;
    };
  }, [origin]);

  const available = whole?.questions.length ?? 0;
  const asked = Math.min(count, available);

  useEffect(() => {
    if (whole) identification.chooseSet(whole, asked);
  }, [identification, whole, asked]);

  return (
    <Part
      number={1}
      title="Questions"
      about={
        <p>
          Every question belongs to a relation, such as capitals. Right and made-up answers are compared
          within a relation, so that what is asked does not give the answer away.
        </p>
      }
    >
      <Choice label="Where from" value={origin} options={origins} onChange={setOrigin} />
      <p className="muted">{notes[origin]}</p>
      {error && (
        <p className="message" role="alert">
          {error}
        </p>
      )}
      {whole && <QuestionSetFacts set={whole} />}
      <div className="amounts identify-amounts">
        <Amount
          label="Questions to ask"
          hint={`of ${available.toLocaleString('en')}, spread over ${relationCounts(whole?.questions ?? []).size} relations`}
          value={count}
          min={1}
          max={Math.max(1, available)}
          step={1}
          onChange={setCount}
        />
      </div>
      <Disclosure title="Advanced: how they are asked">{() => <AskingFields />}</Disclosure>
    </Part>
  );
}
