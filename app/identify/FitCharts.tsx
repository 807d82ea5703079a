import { useCallback, useMemo } from 'react';
import type { Calibration } from '../../src/lib/stats/calibration.ts';
import type { PathPoint } from '../../src/lib/stats/choose-c.ts';
import { labelOf } from '../../src/studies/identify/detectors/registry.ts';
import type { RocCurve } from '../../src/studies/identify/finding.ts';
import { drawPath, formatC } from '../charts/c-path.ts';
import { drawCalibration, drawRoc } from '../charts/curves.ts';
import { Chart } from '../ui/Chart.tsx';
import { tableOf } from '../ui/table-columns.ts';

/** ROC curves on the answers held out. */
export function RocChart({ roc }: { readonly roc: readonly RocCurve[] }) {
  const curves = useMemo(() => roc.map(({ id, points }) => ({ name: labelOf(id), points })), [roc]);
  const draw = useCallback((width: number) => drawRoc(curves, width), [curves]);
  return (
    <Chart
      title="ROC curves"
      draw={draw}
      description={`True against false positive rate of ${curves.map(({ name }) => name).join(', ')}`}
      table={() =>
        tableOf(
          [
            { head: 'Point', cell: ({ number }) => number },
            { head: 'Detector', cell: ({ name }) => name },
            { head: 'Right called made up', cell: ({ falsePositiveRate }) => falsePositiveRate.toFixed(3) },
            { head: 'Made up found', cell: ({ truePositiveRate }) => truePositiveRate.toFixed(3) },
            {
              head: 'Score from',
              cell: ({ threshold }) => (Number.isFinite(threshold) ? threshold.toPrecision(3) : 'above all'),
            },
          ],
          curves.flatMap(({ name, points }, k) =>
            points.map((point, i) => ({ ...point, name, number: `${k + 1}.${i + 1}` })),
          ),
        )
      }
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
      table={() =>
        tableOf(
          [
            { head: 'Probability', cell: ({ low, high }) => `${low.toFixed(1)} to ${high.toFixed(1)}` },
            { head: 'Answers', cell: ({ count }) => String(count) },
            { head: 'Mean probability', cell: ({ meanProbability }) => meanProbability.toFixed(3) },
            { head: 'Made up', cell: ({ shareOfPositives }) => shareOfPositives.toFixed(3) },
          ],
          bins,
        )
      }
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
      table={() =>
        tableOf(
          [
            { head: 'C', cell: ({ C }) => formatC(C) },
            { head: 'AUROC', cell: ({ auroc }) => auroc.toFixed(3) },
            { head: 'Standard error', cell: ({ standardError }) => standardError.toFixed(3) },
            { head: 'Log loss', cell: ({ logLoss }) => logLoss.toFixed(3) },
            { head: 'Neurons', cell: ({ neurons }) => neurons.toFixed(1) },
            { head: 'Speak for made up', cell: ({ positiveNeurons }) => positiveNeurons.toFixed(1) },
            { head: 'Chosen', cell: ({ C }) => (C === chosen ? 'chosen' : '') },
          ],
          path,
        )
      }
    >
      The C path: cross-validated on the answers to learn from; the C of the smallest loss is chosen.
    </Chart>
  );
}
