import { useEffect, useMemo, useState } from 'react';
import { z } from 'zod';
import { useStore } from 'zustand';
import { ofRelations, partlyKnown, type QuestionSet } from '../../src/datasets/questions/question-set.ts';
import { useSession } from '../explore/state/hooks.ts';
import { Choice } from '../ui/Choice.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { describeError } from '../ui/describe-error.ts';
import { Amount } from '../ui/Field.tsx';
import { QuestionSetFacts } from '../ui/QuestionSetFacts.tsx';
import { Starting } from '../ui/Starting.tsx';
import { Part } from '../ui/Step.tsx';
import { useKept } from '../ui/useKept.ts';
import { useShipped } from '../ui/useShippedSets.ts';
import { AskingFields } from './AskingFields.tsx';
import { useIdentification } from './context.ts';
import { ImportFile } from './ImportFile.tsx';
import { ImportHub } from './ImportHub.tsx';
import { builtInName, listed, loadBuiltIn, relationWords, spread } from './question-sets.ts';

const origins = [
  { value: 'facts', label: 'Facts' },
  { value: 'invented', label: 'Invented names' },
  { value: 'file', label: 'A file' },
  { value: 'hub', label: 'The Hub' },
] as const;

type Origin = (typeof origins)[number]['value'];

const notes: Readonly<Record<Origin, string>> = {
  facts: 'Short questions with known answers; small models know some of them.',
  invented: 'Questions about names made up by rule: whatever is answered with confidence is made up.',
  file: 'CSV, TSV, JSON, JSONL or Parquet, with a column of questions and one of accepted answers. It stays on your machine.',
  hub: 'A public data set of the Hugging Face Hub, such as TriviaQA. Small models know little of these.',
};

const firstCount = 200;

const relationChoices = [
  { value: 'partly', label: 'Those it knows in part' },
  { value: 'all', label: 'All' },
] as const;

type Relations = (typeof relationChoices)[number]['value'];

const originSchema = z.enum(origins.map(({ value }) => value));
const relationsSchema = z.enum(relationChoices.map(({ value }) => value));

/** What is asked, and how. */
export function Questions() {
  const identification = useIdentification();
  const [origin, setOrigin] = useKept<Origin>('identify.origin', originSchema, 'facts');
  const [whole, setWhole] = useState<QuestionSet>();
  const [count, setCount] = useKept('identify.count', z.int().min(1), firstCount);
  const [relations, setRelations] = useKept<Relations>('identify.relations', relationsSchema, 'partly');
  const loaded = useStore(useSession().stores.model, (state) => state.model?.fingerprint);
  const [error, setError] = useState<string>();
  const shipped = useShipped();

  useEffect(() => {
    const name = builtInName(origin);
    let wanted = true;
    // The questions of a file stay while another page is shown.
    if (!name) return;
    loadBuiltIn(name).then(
      (set) => {
        if (!wanted) return;
        setWhole(set);
        setError(undefined);
      },
      (thrown: unknown) => wanted && setError(describeError(thrown)),
    );
    return () => {
      wanted = false;
    };
  }, [origin]);

  function chooseOrigin(next: Origin) {
    setOrigin(next);
    setWhole(undefined);
    setError(undefined);
  }

  const known = useMemo(
    () => (whole && whole.header.measured?.fingerprint === loaded ? partlyKnown(whole.header) : []),
    [whole, loaded],
  );
  const chosen = useMemo(
    () => (whole && known.length > 0 && relations === 'partly' ? ofRelations(whole, known) : whole),
    [whole, known, relations],
  );
  const available = chosen?.questions.length ?? 0;
  const asked = Math.min(count, available);

  useEffect(() => {
    if (!chosen) identification.store.setState({ set: undefined });
    // The built-in sets are shuffled, so that their start is spread over the relations already.
    else if (builtInName(origin)) identification.chooseSet(chosen, asked);
    else identification.chooseSet(spread(chosen, asked), undefined, chosen);
  }, [identification, origin, chosen, asked]);

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
      <Starting when={(builtInName(origin) !== undefined && !whole && !error) || !shipped.isKnown} />
      <Choice label="Where from" value={origin} options={origins} onChange={chooseOrigin} />
      <p className="muted">{notes[origin]}</p>
      {origin === 'file' && <ImportFile onSet={setWhole} />}
      {origin === 'hub' && <ImportHub onSet={setWhole} />}
      <p className="message" role="alert">
        {error}
      </p>
      {whole && <QuestionSetFacts set={whole} />}
      {known.length > 0 && (
        <>
          <Choice label="Relations" value={relations} options={relationChoices} onChange={setRelations} />
          <p className="muted">
            {relations === 'partly'
              ? `${listed(known.map(relationWords))}: of these this model answers at least a fifth right and a fifth wrong, so they give most to learn from.`
              : 'Of most relations this model knows next to nothing or nearly everything: ask a thousand or more.'}
          </p>
        </>
      )}
      <div className="amounts identify-amounts">
        <Amount
          label="Questions to ask"
          hint={
            chosen ? `of ${available.toLocaleString('en')}, spread over the relations` : 'once there are some'
          }
          value={count}
          min={1}
          max={available || 100_000}
          step={1}
          onChange={setCount}
        />
      </div>
      <Disclosure title="Advanced: how they are asked">{() => <AskingFields />}</Disclosure>
    </Part>
  );
}
