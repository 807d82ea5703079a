import { useCallback } from 'react';
import type { VerdictRow } from '../../src/studies/identify/verdict.ts';
import { type DetectorRow, drawDetectors, intervalText } from '../charts/detectors.ts';
import { Chart } from '../ui/Chart.tsx';
import { detectorTable } from './detector-rows.ts';

interface Props {
  readonly title?: string;
  readonly rows: readonly DetectorRow[];
  /** For the table: rows with their difference to the log-probability. */
  readonly gains?: readonly VerdictRow[];
}

/** All detectors side by side on the same held-out answers. */
export function DetectorChart({ title = 'Detectors compared', rows, gains }: Props) {
  const draw = useCallback((width: number) => drawDetectors(rows, width), [rows]);
  return (
    <Chart
      title={title}
      wide
      draw={draw}
      description={rows.map(({ name, auroc }) => `${name}: AUROC ${intervalText(auroc)}`).join('; ')}
      table={() => detectorTable(rows, gains)}
    >
      AUROC: the chance that a made-up answer gets a higher score than a right one. Lines are 95 % intervals;
      bars with a ring are the middle 95 % of many draws by chance.
    </Chart>
  );
}
