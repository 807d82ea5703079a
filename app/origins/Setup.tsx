import { useState } from 'react';
import { Button, FileTrigger } from 'react-aria-components';
import { z } from 'zod';
import { useStore } from 'zustand';
import type { ModelSource } from '../../src/model/source.ts';
import { type NeuronSet, parseNeuronSet } from '../../src/neurons/set-file.ts';
import { useSession } from '../explore/state/hooks.ts';
import { describeError } from '../ui/describe-error.ts';
import { JobProgress } from '../ui/JobProgress.tsx';
import { Pick } from '../ui/Pick.tsx';
import { changedText } from '../ui/run-words.ts';
import { Starting } from '../ui/Starting.tsx';
import { Part } from '../ui/Step.tsx';
import { useKept } from '../ui/useKept.ts';
import { useShipped } from '../ui/useShippedSets.ts';
import { ModelPick } from './ModelPick.tsx';
import type { Origins } from './state/origins.ts';
import { useOriginSets } from './useOriginSets.ts';

const fixed = { draws: 1000, fittedDraws: 200, seed: 1 };

/** Which two models are compared, and for which neurons. */
export function Setup({ origins }: { readonly origins: Origins }) {
  const last = useStore(useSession().stores.model, (state) => state.last);
  const { runs = [], comparing, error } = useStore(origins.store);
  const [base, setBase] = useState<ModelSource>();
  const [other, setOther] = useState<ModelSource>();
  const [isLoaded, setIsLoaded] = useState(true);
  const [imported, setImported] = useState<readonly NeuronSet[]>([]);
  const [chosenSet, setChosenSet] = useKept('origins.set', z.string(), '');
  const [chosenRun, setChosenRun] = useKept('origins.run', z.string(), '');
  const [problem, setProblem] = useState('');
  const sets = useOriginSets(imported);
  const shipped = useShipped();
  const known = sets.find(({ key }) => key === chosenSet) ?? sets[0];
  const instruct = isLoaded ? last?.source : other;
  const fitting = runs.filter(
    ({ manifest }) => known && manifest.model.widths.join() === known.set.model.widths.join(),
  );
  const run = fitting.find((each) => each.run === chosenRun);
  const running = comparing.status === 'running';

  async function openSet(file: File) {
    try {
      const set = parseNeuronSet(await file.text());
      setImported([set, ...imported]);
      setChosenSet('file 0');
      setProblem('');
    } catch (thrown) {
      setProblem(describeError(thrown));
    }
  }

  function compare() {
    if (!base || !instruct || !known) return;
    void origins.compare({ base, instruct, set: known.set, run: run?.run, ...fixed });
  }

  return (
    <Part
      number={1}
      title="Which two models"
      about={
        <p>
          A base model has read texts and never been trained to answer. Give its weights, and those of the
          model that was made from it. Neither is loaded: the page reads their weights a piece at a time. The
          same precision for both is best, since rounding looks like change.
        </p>
      }
    >
      <Starting when={!shipped.isKnown} />
      <ModelPick label="Base model" source={base} onSource={setBase} />
      <ModelPick label="Instruct model" source={other} onLoaded={setIsLoaded} onSource={setOther} />
      <div className="identify-row">
        <Pick
          label="Neurons"
          value={known?.key ?? ''}
          options={
            sets.length > 0
              ? sets.map(({ key, set, from }) => ({ value: key, label: `${set.name}, ${from}` }))
              : [{ value: '', label: 'none at hand' }]
          }
          onChange={setChosenSet}
        />
        <FileTrigger
          acceptedFileTypes={['.json']}
          onSelect={(list) => {
            const file = list?.item(0);
            if (file) void openSet(file);
          }}
        >
          <Button className="button">Open a set’s file…</Button>
        </FileTrigger>
      </div>
      <Pick
        label="The base model’s own answers"
        value={run?.run ?? ''}
        options={[
          { value: '', label: 'none: compare weights only' },
          ...fitting.map((each) => ({
            value: each.run,
            label: `${each.manifest.model.name}, ${each.manifest.questions.name}, ${changedText(each)}`,
          })),
        ]}
        onChange={setChosenRun}
      />
      <p className="muted">
        Answers of the base model come from a run on the Identify page: made with it loaded and asked as plain
        text, or opened from files of <code>hneurons identify --form plain</code>.
      </p>
      <p className="message" role="alert">
        {problem || error || comparing.error}
      </p>
      <div className="identify-row">
        {running ? (
          <Button className="button" onPress={origins.cancel}>
            Stop comparing
          </Button>
        ) : (
          <Button className="button button-main" isDisabled={!base || !instruct || !known} onPress={compare}>
            Compare
          </Button>
        )}
        {!running && !base && <span className="muted">Choose a base model first.</span>}
      </div>
      {running && <JobProgress label="Comparing the models" progress={comparing.progress} />}
    </Part>
  );
}
