import { Button } from 'react-aria-components';
import { z } from 'zod';
import { counted } from '../../src/lib/count.ts';
import type { LearnSettings } from '../../src/studies/identify/learn.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { JobProgress } from '../ui/JobProgress.tsx';
import { Part } from '../ui/Step.tsx';
import { useKept } from '../ui/useKept.ts';
import { useIdentification, useIdentificationState, useRecords } from './context.ts';
import { Evaluate } from './Evaluate.tsx';
import { LearnFields } from './LearnFields.tsx';
import { Result } from './Result.tsx';
import { readinessOf } from './readiness.ts';
import { ShippedVerdict } from './ShippedVerdict.tsx';

const firstSettings: LearnSettings = {
  name: 'My H-Neurons',
  feature: { position: 'read', aggregation: 'mean' },
  labels: '1-vs-1',
  C: 'auto',
  splitBy: 'answer',
  seed: 1,
  draws: 200,
};

const settingsSchema: z.ZodType<LearnSettings> = z.object({
  name: z.string(),
  feature: z.object({ position: z.enum(['read', 'produced']), aggregation: z.enum(['mean', 'max']) }),
  labels: z.enum(['1-vs-1', '3-vs-1']),
  C: z.union([z.number().positive(), z.literal('auto')]),
  splitBy: z.enum(['answer', 'relation']),
  seed: z.int().min(0),
  draws: z.int().min(20),
});

/** Finds the neurons of the open run and shows what they are worth. */
export function Find() {
  const { result } = useIdentificationState((state) => state.learning);
  const open = useIdentificationState((state) => state.run !== undefined);
  return (
    <Part
      number={4}
      title="Find the neurons"
      about={
        <p>
          A sparse classifier (L1 logistic regression) sees, for every answer, how much each neuron
          contributes to its layer’s output (CETT). It keeps few neurons; those that speak for a made-up
          answer are the H-Neurons. A part of the answers is held out, and the test is run on these.
        </p>
      }
    >
      {open && <Search />}
      {result ? <Result finding={result} /> : <ShippedVerdict />}
      <Evaluate />
    </Part>
  );
}

/** What there is to learn from, the settings, and the work. */
function Search() {
  const identification = useIdentification();
  const records = useRecords();
  const corrections = useIdentificationState((state) => state.corrections);
  const asking = useIdentificationState((state) => state.status === 'running' || state.status === 'waiting');
  const { status, progress, error, outdated, result } = useIdentificationState((state) => state.learning);
  const [settings, setSettings] = useKept('identify.learn', settingsSchema, firstSettings);
  const { right, madeUp, pairs, relations, missing, caution } = readinessOf(records, corrections);
  return (
    <>
      {!missing && (
        <p>
          {right} right and {counted(madeUp, 'made-up answer')}; {counted(pairs, 'pair')} within{' '}
          {counted(relations, 'relation')} to learn from and test on.
        </p>
      )}
      {missing && <p className={asking ? 'muted' : 'message'}>{missing}</p>}
      {caution && <p className="muted">{caution}</p>}
      <div className="identify-row">
        {status === 'running' ? (
          <Button className="button" onPress={identification.cancelLearn}>
            Stop the search
          </Button>
        ) : (
          <Button
            className="button button-main"
            isDisabled={missing !== undefined}
            onPress={() => void identification.learn(settings)}
          >
            {result ? 'Find them again' : 'Find the neurons'}
          </Button>
        )}
        {outdated && result && status !== 'running' && (
          <span className="muted">Answers or labels have changed since the result below.</span>
        )}
      </div>
      {status === 'running' && <JobProgress label="Finding the neurons" progress={progress} />}
      <p className="message" role="alert">
        {error}
      </p>
      <Disclosure title="Advanced: how they are found">
        {() => <LearnFields settings={settings} onChange={setSettings} />}
      </Disclosure>
    </>
  );
}
