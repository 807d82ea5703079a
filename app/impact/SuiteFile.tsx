import { useState } from 'react';
import { counted } from '../../src/count.ts';
import type { Suite } from '../../src/impact/suites.ts';
import type { ReaderCalls, SuiteOutcome } from '../../src/protocol/reader-messages.ts';
import { Disclosure } from '../controls/Disclosure.tsx';
import { FileDrop, tableTypes } from '../controls/FileDrop.tsx';
import { FileProgress } from '../controls/FileProgress.tsx';
import { LineForm } from '../controls/LineForm.tsx';
import { useReading } from '../controls/useReading.ts';
import { hubHost } from '../state/hub-host.ts';
import { later } from '../state/later.ts';
import { type ReadingOptions, readInWorker, tableOfFile } from '../state/read-file.ts';

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
