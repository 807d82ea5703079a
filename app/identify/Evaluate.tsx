import { useState } from 'react';
import { Button } from 'react-aria-components';
import { counted } from '../../src/lib/count.ts';
import { areComparable } from '../../src/neurons/set-model.ts';
import type { Evaluation } from '../../src/studies/identify/evaluate.ts';
import { tooFewAnswers } from '../../src/studies/report-text/too-few.ts';
import { verdictSentence } from '../../src/studies/report-text/verdict.ts';
import { JobProgress } from '../ui/JobProgress.tsx';
import { Pick } from '../ui/Pick.tsx';
import { changedText } from '../ui/run-words.ts';
import { useIdentification, useIdentificationState } from './context.ts';
import { DetectorChart } from './DetectorChart.tsx';
import { detectorRows } from './detector-rows.ts';
import { useKnownSets } from './useKnownSets.ts';

const draws = 200;

/** Tests a set on another run: invented names, an imported file, the same questions with another seed. */
export function Evaluate() {
  const identification = useIdentification();
  const sets = useKnownSets();
  const runs = useIdentificationState((state) => state.runs) ?? [];
  const open = useIdentificationState((state) => state.run);
  const { status, progress, result, error } = useIdentificationState((state) => state.evaluating);
  const [chosenSet, setChosenSet] = useState('');
  const [chosenRun, setChosenRun] = useState('');
  const known = sets.find(({ key }) => key === chosenSet) ?? sets[0];
  const fitting = runs.filter(({ manifest }) => known && areComparable(known.set.model, manifest.model));
  const run = fitting.find((each) => each.run === chosenRun) ?? fitting[0];
  if (!known || !run) return null;

  function test() {
    if (!known || !run) return;
    const trainRun = known.foundHere && open !== run.run ? open : undefined;
    void identification.evaluate({ set: known.set, run: run.run, trainRun, draws, seed: 1 });
  }

  return (
    <section className="evaluate" aria-label="Test on other answers">
      <h3>Test on other answers</h3>
      <p className="muted">
        A set is worth more if it also works elsewhere: ask the invented names, or a file of your own, and
        test it on that run.
      </p>
      <div className="identify-row">
        <Pick
          label="Set"
          value={known.key}
          options={sets.map(({ key, set }) => ({ value: key, label: set.name }))}
          onChange={setChosenSet}
        />
        <Pick
          label="on"
          value={run.run}
          options={fitting.map((each) => ({
            value: each.run,
            label: `${each.manifest.questions.name}, ${changedText(each)}`,
          }))}
          onChange={setChosenRun}
        />
        {status === 'running' ? (
          <Button className="button" onPress={identification.cancelEvaluate}>
            Stop the test
          </Button>
        ) : (
          <Button className="button" onPress={test}>
            Test
          </Button>
        )}
      </div>
      {status === 'running' && <JobProgress label="Testing the set" progress={progress} />}
      <p className="message" role="alert">
        {error}
      </p>
      {result && <Tested evaluation={result} />}
    </section>
  );
}

function Tested({
  evaluation: { verdict, answers, calledMadeUp, heldOutOnly, note },
}: {
  readonly evaluation: Evaluation;
}) {
  return (
    <>
      <p className="result-sentence" role="status">
        Of {counted(answers, 'answer')}
        {heldOutOnly && ' held out'} the set calls {(100 * calledMadeUp).toFixed(0)} % made up.{' '}
        {verdict
          ? verdictSentence(verdict)
          : 'All of them are of one kind, so there is nothing to tell apart.'}
      </p>
      {note !== undefined && <p className="muted">{note}</p>}
      {verdict && !tooFewAnswers(verdict) && (
        <div className="charts">
          <DetectorChart
            title="Detectors compared, on the other answers"
            rows={detectorRows(verdict.rows)}
            gains={verdict.rows}
          />
        </div>
      )}
    </>
  );
}
