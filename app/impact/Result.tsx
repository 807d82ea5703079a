import { useState } from 'react';
import { Button } from 'react-aria-components';
import { fileName, offerFile } from '../export/download.ts';
import { Choice } from '../ui/Choice.tsx';
import { JobProgress } from '../ui/JobProgress.tsx';
import { Part } from '../ui/Step.tsx';
import { Capability } from './Capability.tsx';
import { useImpact, useImpactState } from './context.ts';
import type { ShownMeasure } from './effect-words.ts';
import { MoreFree } from './MoreFree.tsx';
import { curvesCsv, recordsJsonl } from './report-files.ts';
import { SuiteResult } from './SuiteResult.tsx';

const measures = [
  { value: 'rate', label: 'Share that goes along' },
  { value: 'margin', label: 'Margin' },
] as const;

/** What the sweep shows. */
export function Result() {
  const { status, progress, result, error } = useImpactState((state) => state.report);
  const records = useImpactState((state) => state.records);
  const suites = useImpactState((state) => state.suites);
  const [measure, setMeasure] = useState<ShownMeasure>('rate');
  return (
    <Part
      number={3}
      title="What it shows"
      about={
        <p>
          Turning any neurons changes something. An effect of these is claimed only where it is beyond that of
          random sets of the same layers and its interval leaves out 0, and while the model still works. Small
          models often show none.
        </p>
      }
    >
      {!result && status !== 'running' && (
        <p className="muted">The curves appear here with the first items, and get firmer with each.</p>
      )}
      {!result && status === 'running' && <JobProgress label="Working out the effects" progress={progress} />}
      <p className="message" role="alert">
        {error}
      </p>
      {result && (
        <>
          <Choice label="Shown as" value={measure} options={measures} onChange={setMeasure} />
          {result.compliance.map((effects) => (
            <SuiteResult
              key={effects.suite}
              manifest={result.manifest}
              effects={effects}
              free={result.free.find(({ suite }) => suite === effects.suite)}
              suite={suites.find(({ name }) => name === effects.suite)}
              records={records}
              measure={measure}
            />
          ))}
          {result.compliance.length === 0 && (
            <p className="muted">No suite that can be gone along with was asked.</p>
          )}
          {result.compliance.length > 0 && <MoreFree />}
          <Capability report={result} />
          <TakeAway />
        </>
      )}
    </Part>
  );
}

/** Records and report as files. */
function TakeAway() {
  const { store } = useImpact();

  function save(what: string, ending: string, type: string, content: () => string) {
    const { manifest } = store.getState();
    offerFile(
      `${fileName('impact', manifest?.model.name ?? '', what)}.${ending}`,
      new Blob([content()], { type }),
    );
  }
  const report = () => store.getState().report.result;

  return (
    <div className="identify-row">
      <span className="muted">Save</span>
      <Button
        className="button-plain"
        onPress={() =>
          save('records', 'jsonl', 'application/jsonl', () => {
            const { records, labels } = store.getState();
            return recordsJsonl(records, labels);
          })
        }
      >
        Records (JSONL)
      </Button>
      <Button
        className="button-plain"
        onPress={() => save('report', 'json', 'application/json', () => `${JSON.stringify(report())}\n`)}
      >
        Report (JSON)
      </Button>
      <Button
        className="button-plain"
        onPress={() =>
          save('curves', 'csv', 'text/csv', () => {
            const made = report();
            return made ? curvesCsv(made) : '';
          })
        }
      >
        Curves (CSV)
      </Button>
    </div>
  );
}
