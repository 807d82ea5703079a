import { counted } from '../../src/lib/count.ts';
import type { Finding } from '../../src/studies/identify/finding.ts';
import { tooFewAnswers } from '../../src/studies/report-text/too-few.ts';
import { verdictSentence, warningsOf } from '../../src/studies/report-text/verdict.ts';
import { DetectorChart } from './DetectorChart.tsx';
import { detectorRows } from './detector-rows.ts';
import { CalibrationChart, PathChart, RocChart } from './FitCharts.tsx';
import { LayerChart, StabilityChart } from './NeuronCharts.tsx';
import { TransferTable } from './TransferTable.tsx';

/** "0.046 %". */
function shareText(part: number, whole: number): string {
  return `${Number(((100 * part) / whole).toPrecision(2))} %`;
}

/** What was found and what it is worth: the sentence first, then everything that it rests on. */
export function Result({ finding }: { readonly finding: Finding }) {
  const isFew = tooFewAnswers(finding.verdict) !== undefined;
  const { set, verdict, path, C, trained, roc, calibration, stability, transfer } = finding;
  const neurons = set.model.widths.reduce((sum, width) => sum + width, 0);
  const count = set.neurons.length;
  return (
    <section className="result" aria-label="Result">
      <p className="result-sentence" role="status">
        {verdictSentence(verdict)}
      </p>
      <p>
        {counted(count, 'H-Neuron')} of {neurons.toLocaleString('en')} ({shareText(count, neurons)}), learnt
        from {trained.toLocaleString('en')} answers, tested on {verdict.right.toLocaleString('en')} right and{' '}
        {verdict.madeUp.toLocaleString('en')} made-up ones.
      </p>
      {warningsOf(finding).map((warning) => (
        <p key={warning} className="muted">
          {warning}
        </p>
      ))}
      <div className="charts">
        {!isFew && <DetectorChart rows={detectorRows(verdict.rows)} gains={verdict.rows} />}
        {!isFew && roc.length > 0 && <RocChart roc={roc} />}
        {!isFew && calibration.bins.length > 0 && <CalibrationChart calibration={calibration} />}
        {path.length > 0 && <PathChart path={path} chosen={C} />}
        <LayerChart set={set} />
        {stability.neurons.length > 0 && <StabilityChart stability={stability} set={set} />}
        {transfer.groups.length > 0 && <TransferTable transfer={transfer} />}
      </div>
    </section>
  );
}
