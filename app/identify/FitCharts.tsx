import { useCallback } from 'react';
import type { RocCurve } from '../../src/identify/finding.ts';
import type { Calibration } from '../../src/stats/calibration.ts';
import type { PathPoint } from '../../src/stats/choose-c.ts';
import { drawPath, formatC } from '../charts/c-path.ts';
import { drawCalibration, drawRoc } from '../charts/curves.ts';
import { Chart } from './Chart.tsx';

/** ROC curves on the answers held out. */
export function RocChart({ curves }: { readonly curves: readonly RocCurve[] }) {
  const draw = useCallback((width: number) => drawRoc(curves, width), [curves]);
  return (
    <Chart
      title="ROC curves"
      draw={draw}
      description={`True against false positive rate of ${curves.map(({ name }) => name).join(', ')}`}
      table={() => ({
        head: ['Point', 'Detector', 'Right called made up', 'Made up found', 'Score from'],
        rows: curves.flatMap(({ name, points }, k) =>
          points.map((p, i) => [
            `${k + 1}.${i + 1}`,
            name,
            p.falsePositiveRate.toFixed(3),
            p.truePositiveRate.toFixed(3),
            Number.isFinite(p.threshold) ? p.threshold.toPrecision(3) : 'above all',
          ]),
        ),
      })}
    >
      How many made-up answers are found for how many false alarms; the diagonal is guessing.
    </Chart>
  );
}

/** How far the set's probabilities can be taken at their word. */
export function CalibrationChart({ calibration }: { readonly calibration: Calibration }) {
  const draw = useCallback((width: number) => drawCalibration(calibration, width), [calibration]);
  const { bins, error, brier } = calibration;
  return (
    <Chart
      title="Calibration"
      draw={draw}
      description={`Share of made-up answers against the set's probability, in ${bins.length} bins`}
      table={() => ({
        head: ['Probability', 'Answers', 'Mean probability', 'Made up'],
        rows: bins.map((bin) => [
          `${bin.low.toFixed(1)} to ${bin.high.toFixed(1)}`,
          String(bin.count),
          bin.meanProbability.toFixed(3),
          bin.shareOfPositives.toFixed(3),
        ]),
      })}
    >
      On the diagonal a probability means what it says. Off by {(100 * error).toFixed(0)} points on average
      (expected calibration error); Brier score {brier.toFixed(2)}.
    </Chart>
  );
}

/** What each C gives on held-out folds. */
export function PathChart({
  path,
  chosen,
}: {
  readonly path: readonly PathPoint[];
  readonly chosen: number;
}) {
  const draw = useCallback((width: number) => drawPath(path, chosen, width), [path, chosen]);
  return (
    <Chart
      title="How many neurons it takes"
      draw={draw}
      description={`Cross-validated AUROC and number of neurons along ${path.length} values of C; chosen is ${formatC(chosen)}`}
      table={() => ({
        head: ['C', 'AUROC', 'Standard error', 'Log loss', 'Neurons', 'Speak for made up', 'Chosen'],
        rows: path.map((p) => [
          formatC(p.C),
          p.auroc.toFixed(3),
          p.standardError.toFixed(3),
          p.logLoss.toFixed(3),
          p.neurons.toFixed(1),
          p.positiveNeurons.toFixed(1),
          p.C === chosen ? 'chosen' : '',
        ]),
      })}
    >
      The C path: cross-validated on the answers to learn from; the C of the smallest loss is chosen.
    </Chart>
  );
}
