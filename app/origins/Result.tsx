import { useCallback, useMemo } from 'react';
import { Button } from 'react-aria-components';
import { counted } from '../../src/lib/count.ts';
import type { OriginsReport } from '../../src/studies/origins/report.ts';
import { originsSentence } from '../../src/studies/report-text/origins.ts';
import { tooFewAnswers } from '../../src/studies/report-text/too-few.ts';
import { drawDrift, drawLayerDrift, driftRange } from '../charts/drift.ts';
import { fileName, offerFile } from '../export/download.ts';
import { DetectorChart } from '../identify/DetectorChart.tsx';
import { detectorRows } from '../identify/detector-rows.ts';
import { Chart } from '../ui/Chart.tsx';
import { Part } from '../ui/Step.tsx';
import { layerTable, memberTable } from './drift-rows.ts';

/** What the comparison shows. */
export function Result({ report }: { readonly report: OriginsReport | undefined }) {
  return (
    <Part
      number={2}
      title="What it shows"
      about={
        <p>
          Drift is how far training turned a neuron’s weights, beside all others (z-score; 0 is the average).
          If the neurons were there before, they should have moved less than others of their layers. Whether
          they did is tested against random sets of the same layers.
        </p>
      }
    >
      {report ? (
        <Shown report={report} />
      ) : (
        <p className="muted">The drift of all neurons appears here when two models have been compared.</p>
      )}
    </Part>
  );
}

function Shown({ report }: { readonly report: OriginsReport }) {
  const { difference, note, drift, transfer, base, instruct } = report;
  return (
    <>
      <p className="result-sentence" role="status" aria-label="Result">
        {originsSentence(report)}
      </p>
      {[difference, note, transfer?.note].map(
        (each) =>
          each !== undefined && (
            <p className="muted" key={each}>
              {each}
            </p>
          ),
      )}
      <div className="charts">
        <Scatter report={report} />
        <Layers report={report} />
      </div>
      <p className="muted">
        {drift.tTest
          ? `The paper’s t-test against all other neurons, whatever their layer: t = ${drift.tTest.t.toFixed(2)}, one-sided p = ${drift.tTest.p.toPrecision(2)}.`
          : 'There is no t-test: it needs two neurons and scores that differ.'}
      </p>
      {transfer?.evaluation.verdict && !tooFewAnswers(transfer.evaluation.verdict) && (
        <div className="charts">
          <DetectorChart
            title="Detectors compared, on the base model’s own answers"
            rows={detectorRows(transfer.evaluation.verdict.rows)}
            gains={transfer.evaluation.verdict.rows}
          />
        </div>
      )}
      <div className="identify-row">
        <Button
          className="button-plain"
          onPress={() =>
            offerFile(
              `${fileName('origins', base.name, instruct.name)}.json`,
              new Blob([`${JSON.stringify(report)}\n`], { type: 'application/json' }),
            )
          }
        >
          Save the report (JSON)
        </Button>
      </div>
    </>
  );
}

function Scatter({ report: { scores, drift, modules } }: { readonly report: OriginsReport }) {
  const data = useMemo(() => ({ scores, members: drift.members }), [scores, drift]);
  const draw = useCallback((width: number) => drawDrift(data, width), [data]);
  const { beyond } = useMemo(() => driftRange(data.scores, data.members), [data]);
  const total = scores.reduce((sum, layer) => sum + layer.length, 0);
  return (
    <Chart
      title="How far every neuron moved"
      wide
      draw={draw}
      description={`Drift scores of ${counted(total, 'neuron')} by layer; those of the set's ${drift.members.length} are marked`}
      table={() =>
        memberTable(
          drift.members,
          modules.map(({ module }) => module),
        )
      }
    >
      Every neuron by layer, the set’s as discs.{' '}
      {beyond > 0 &&
        `${beyond === 1 ? 'One neuron' : `${beyond.toLocaleString('en')} neurons`} moved further than the scale reaches, drawn on its edge. `}
      The table has the set’s neurons.
    </Chart>
  );
}

function Layers({ report: { drift } }: { readonly report: OriginsReport }) {
  const draw = useCallback((width: number) => drawLayerDrift(drift.layers, width), [drift]);
  return (
    <Chart
      title="Layer by layer"
      wide
      draw={draw}
      description={`Mean drift score of all neurons and of the set's in each of ${counted(drift.layers.length, 'layer')}`}
      table={() => layerTable(drift.layers)}
    >
      The line is the mean of all neurons of a layer, discs are the means of the set’s.
    </Chart>
  );
}
