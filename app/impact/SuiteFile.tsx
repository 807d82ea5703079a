import { useState } from 'react';
import type { Suite } from '../../src/datasets/suites/suite.ts';
import { counted } from '../../src/lib/count.ts';
import type { ReaderCalls, SuiteOutcome } from '../../src/worker/reader-calls.ts';
import { hubHost } from '../models/state/hub-host.ts';
import { type ReadingOptions, readInWorker, tableOfFile } from '../studies/read-file.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { FileDrop, tableTypes } from '../ui/FileDrop.tsx';
import { FileProgress } from '../ui/FileProgress.tsx';
import { LineForm } from '../ui/LineForm.tsx';
import { later } from '../ui/later.ts';
import { useReading } from '../ui/useReading.ts';

const suiteReader = later(() => import('../../src/datasets/suites/read-suite.ts'));

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
  const [name, setName] = useState('');
  const reading = useReading();

  async function open(find: (options: Required<ReadingOptions>) => Promise<ReaderCalls['suite']['in']>) {
    setSaid(undefined);
    const made = await reading.read(async (options) => readInWorker('suite', await find(options), options));
    if (!made) return;
    onSuite(made.suite);
    setSaid(outcome(made));
  }

  const fetchNamed = (text: string) =>
    open(async (options) => (await suiteReader()).downloadSuite(text, { ...options, host: hubHost() }));

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
            onFile={(file) => void open(async () => ({ table: tableOfFile(file) }))}
          />
          <LineForm
            label="Data set on the Hugging Face Hub"
            value={name}
            placeholder="Salesforce/FaithEval-counterfactual-v1.0"
            action="Fetch it"
            onChange={setName}
            onSend={() => void fetchNamed(name)}
          />
          <FileProgress reading={reading} label="Reading the suite" />
          <p role="status" aria-label="Suite read">
            {said}
          </p>
          <p className="message" role="alert">
            {reading.error}
          </p>
        </div>
      )}
    </Disclosure>
  );
}
