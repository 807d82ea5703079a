import { useEffect, useMemo, useState } from 'react';
import { z } from 'zod';
import type { Suite } from '../../src/datasets/suites/suite.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import { memberSets } from '../../src/studies/impact/member-sets.ts';
import { describeError } from '../ui/describe-error.ts';
import { Starting } from '../ui/Starting.tsx';
import { Part } from '../ui/Step.tsx';
import { useKept } from '../ui/useKept.ts';
import { useShipped } from '../ui/useShippedSets.ts';
import { firstChosen, loadSuites } from './built-in-suites.ts';
import { useImpact } from './context.ts';
import { MembersTick } from './MembersTick.tsx';
import { Neurons } from './Neurons.tsx';
import { SuiteChoice } from './SuiteChoice.tsx';
import { SweepFieldsForm } from './SweepFieldsForm.tsx';
import { fieldsSchema, firstFields, membersKey, parseFactors, shortened, versions } from './sweep-choice.ts';
import { useOwnSuites } from './useOwnSuites.ts';
import { useSweepSets } from './useSweepSets.ts';

const chosenSchema: z.ZodType<readonly string[] | undefined> = z.array(z.string()).optional();
const singleSchema = z.array(z.object({ layer: z.int().min(0), neuron: z.int().min(0) }));

/** What is turned, by how much, and what is asked. */
export function Setup() {
  const impact = useImpact();
  const [builtIn, setBuiltIn] = useState<readonly Suite[]>([]);
  const own = useOwnSuites();
  const [wanted, setWanted] = useKept('impact.suites', chosenSchema, undefined);
  const [imported, setImported] = useState<readonly NeuronSet[]>([]);
  const [turned, setTurned] = useKept('impact.sets', chosenSchema, undefined);
  const [fields, setFields] = useKept('impact.fields', fieldsSchema, firstFields);
  const [error, setError] = useState<string>();
  const [single, setSingle] = useKept('impact.neurons', singleSchema, []);
  const [byMember, setByMember] = useKept('impact.members', z.boolean(), false);
  const sets = useSweepSets(imported, single);
  const shipped = useShipped();
  const keys = useMemo(
    () =>
      (turned ?? sets.slice(0, 1).map(({ key }) => key)).filter((key) => sets.some((set) => set.key === key)),
    [turned, sets],
  );

  const suites = useMemo(() => [...builtIn, ...own.suites], [builtIn, own.suites]);
  const asked = useMemo(
    () => wanted ?? suites.filter(({ kind }) => firstChosen.includes(kind)).map(({ name }) => name),
    [wanted, suites],
  );

  useEffect(() => {
    let current = true;
    loadSuites().then(
      (loaded) => current && setBuiltIn(loaded),
      (thrown: unknown) => current && setError(describeError(thrown)),
    );
    return () => {
      current = false;
    };
  }, []);

  const factors = useMemo(() => parseFactors(fields.factors), [fields.factors]);
  const chosenSets = useMemo(
    () =>
      keys.flatMap((key) => {
        const set = sets.find((each) => each.key === key);
        return set ? [{ name: set.name, members: set.members }] : [];
      }),
    [keys, sets],
  );
  const [first] = chosenSets;
  const ofMembers = first && first.members.length > 1 ? memberSets(first.members) : [];
  const members = byMember && ofMembers.length > 0;
  useEffect(() => {
    const chosenSuites = suites
      .filter(({ name }) => asked.includes(name))
      .map((suite) => shortened(suite, fields.limit));
    const complete = chosenSets.length > 0 && chosenSuites.length > 0 && typeof factors !== 'string';
    impact.prepare(
      complete
        ? {
            sets: chosenSets,
            suites: chosenSuites,
            alphas: factors,
            controls: fields.controls,
            ...(members && { members }),
            seed: fields.seed,
            ...(fields.free > 0 && { free: fields.free }),
            ...(fields.tight !== undefined && { tight: fields.tight / 100 }),
          }
        : undefined,
    );
  }, [impact, chosenSets, members, suites, asked, fields, factors]);

  const countWith = (more: typeof chosenSets) =>
    typeof factors === 'string' ? 0 : versions(factors, [...chosenSets, ...more], fields.controls);
  const counts = { without: countWith([]), with: countWith(ofMembers) };
  const count = members ? counts.with : counts.without;
  return (
    <Part
      number={1}
      title="What to turn, what to ask"
      about={
        <p>
          Every item has two answers: one goes along with what is wrong in the question, one does not. What is
          measured is which of the two the model finds likelier, so small models can be tested and nobody has
          to judge. Some items can be answered in the model’s own words, too.
        </p>
      }
    >
      <Starting when={(builtIn.length === 0 && !error) || !shipped.isKnown} />
      <Neurons
        sets={sets}
        chosen={keys}
        onChoose={setTurned}
        onImport={(set) => setImported((all) => [...all, set])}
        onSingle={(neurons) => {
          setSingle([...single, ...neurons]);
          setTurned([...new Set([...keys, ...neurons.map((neuron) => membersKey([neuron]))])]);
        }}
      />
      <SuiteChoice
        suites={suites}
        chosen={asked}
        onChoose={setWanted}
        onImport={(suite) => {
          const added = own.add(suite, suites);
          setWanted([...asked, added.name]);
        }}
        onRemove={(name) => {
          own.remove(name);
          setWanted(asked.filter((other) => other !== name));
        }}
        own={own}
      />
      <p className="message" role="alert">
        {error}
      </p>
      <SweepFieldsForm fields={fields} onChange={(change) => setFields({ ...fields, ...change })} />
      <p className="message" role="alert">
        {typeof factors === 'string' && factors}
      </p>
      {first && ofMembers.length > 0 && counts.without > 0 && (
        <MembersTick set={first.name} versions={counts} isSelected={byMember} onChange={setByMember} />
      )}
      {count > 0 && keys.length > 0 && (
        <p className="muted">
          Every item is read by {count.toLocaleString('en')} versions of the model: the untouched one, and
          each set at each factor.
        </p>
      )}
    </Part>
  );
}
