import { useRef, useState } from 'react';
import { Button } from 'react-aria-components';
import { counted } from '../../src/count.ts';
import type { Suite } from '../../src/impact/suites.ts';
import type { Progress } from '../../src/protocol/messages.ts';
import type { SuiteOutcome } from '../../src/protocol/table-messages.ts';
import { Disclosure } from '../controls/Disclosure.tsx';
import { FileDrop, tableTypes } from '../controls/FileDrop.tsx';
import { LineForm } from '../controls/LineForm.tsx';
import { describeError } from '../state/describe-error.ts';
import { hubHost } from '../state/hub-host.ts';
import { later } from '../state/later.ts';
import { describeProgress } from '../state/progress.ts';
import { readInWorker } from '../state/read-file.ts';

const suiteReader = later(() => import('../../src/impact/import/read-suite.ts'));

/** What was read, and what was left out. */
function outcome({ suite, format, rows, skipped }: SuiteOutcome): string {
  const items = counted(suite.items.length, 'item');
  if (!format) return `${suite.name}: ${items}.`;
  const left = skipped?.count ?? 0;
  return `${format.title}: ${items} of ${rows?.toLocaleString('en')} rows${left > 0 ? `; ${left.toLocaleString('en')} left out` : ''}.`;
}

/** Suites of the person's own, or in a public form, from a file or the Hub. */
export function SuiteFile({ onSuite }: { readonly onSuite: (suite: Suite) => void }) {
  const [said, setSaid] = useState<string>();
  const [error, setError] = useState<string>();
  const [name, setName] = useState('');
  const [progress, setProgress] = useState<Progress | 'asking'>();
  const abort = useRef<AbortController>(undefined);

  /** Reads with what is fetched only when it is needed. */
  async function attempt(
    read: (
      module: typeof import('../../src/impact/import/read-suite.ts'),
      signal: AbortSignal,
    ) => Promise<SuiteOutcome>,
  ) {
    abort.current?.abort();
    const own = new AbortController();
    abort.current = own;
    setSaid(undefined);
    setError(undefined);
    setProgress('asking');
    try {
      const made = await read(await suiteReader(), own.signal);
      if (own.signal.aborted) return;
      onSuite(made.suite);
      setSaid(outcome(made));
    } catch (thrown) {
      if (!own.signal.aborted) setError(describeError(thrown));
    } finally {
      if (abort.current === own) setProgress(undefined);
    }
  }

  const open = (file: File) =>
    attempt((_, signal) => readInWorker('suite', { file }, { signal, onProgress: setProgress }));
  const fetchNamed = (text: string) =>
    attempt(({ fetchSuite }, signal) =>
      fetchSuite(text, { host: hubHost(), signal, onProgress: setProgress }),
    );

  return (
    <Disclosure title="More suites: a file of yours, FalseQA, FaithEval, SycophancyEval, JailbreakBench">
      {() => (
        <div className="suite-more">
          <p className="muted">
            A suite of this project’s own format (JSONL), or a public data set as it is: the form is told by
            its columns. It stays on your machine.
          </p>
          <FileDrop
            label="Drop a suite here, or"
            button="Choose a suite’s file…"
            types={tableTypes}
            onFile={(file) => void open(file)}
          />
          <LineForm
            label="Data set on the Hugging Face Hub"
            value={name}
            placeholder="Salesforce/FaithEval-counterfactual-v1.0"
            action="Fetch it"
            onChange={setName}
            onSend={() => void fetchNamed(name)}
          />
          {progress !== undefined && (
            <p className="identify-row">
              <span role="status">
                {progress === 'asking' ? 'Reading' : `${progress.stage} ${describeProgress(progress)}`}
              </span>
              <Button className="button-plain" onPress={() => abort.current?.abort()}>
                Stop
              </Button>
            </p>
          )}
          <p role="status" aria-label="Suite read">
            {said}
          </p>
          <p className="message" role="alert">
            {error}
          </p>
        </div>
      )}
    </Disclosure>
  );
}
