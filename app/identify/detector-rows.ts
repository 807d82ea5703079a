import { counted } from '../../src/lib/count.ts';
import type { MeasuredDetector, NeuronSet } from '../../src/neurons/set-file.ts';
import { detectorOf, H_NEURONS, labelOf } from '../../src/studies/identify/detectors/registry.ts';
import type { VerdictRow } from '../../src/studies/identify/verdict.ts';
import { type DetectorRow, type Interval, intervalText } from '../charts/detectors.ts';
import { type TableData, tableOf } from '../ui/table-columns.ts';

function rowOf(id: string, { auroc, accuracy, draws }: MeasuredDetector): DetectorRow {
  const detector = detectorOf(id);
  const hint = detector?.hint ?? '';
  return {
    id,
    name: labelOf(id),
    words: draws === undefined ? hint : `${hint}, ${counted(draws, 'draw')}`,
    own: id === H_NEURONS,
    drawn: detector?.drawn ?? draws !== undefined,
    auroc,
    accuracy,
  };
}

/** Rows of the chart from a verdict. */
export function detectorRows(rows: readonly VerdictRow[]): DetectorRow[] {
  return rows.map((row) => rowOf(row.id, row));
}

/** Rows of the chart from what a set's file keeps of its verdict; none where it keeps none. */
export function rowsOfSet({ detectors = {} }: Pick<NeuronSet, 'detectors'>): DetectorRow[] {
  return Object.entries(detectors).map(([id, measured]) => rowOf(id, measured));
}

const orNone = (interval: Interval | undefined) => (interval ? intervalText(interval) : '');
const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

/** The same numbers as a table. */
export function detectorTable(rows: readonly DetectorRow[], gains: readonly VerdictRow[] = []): TableData {
  const gainOf = ({ id }: DetectorRow) => {
    const gain = gains.find((row) => row.id === id)?.gain;
    return gain ? `${signed(gain.value)} (${signed(gain.low)} to ${signed(gain.high)})` : '';
  };
  return tableOf<DetectorRow>(
    [
      { head: 'Detector', cell: ({ name }) => name },
      { head: 'AUROC', cell: ({ auroc }) => intervalText(auroc) },
      { head: 'Accuracy', cell: ({ accuracy }) => orNone(accuracy) },
      { head: 'AUROC minus log-probability', cell: gainOf },
      { head: 'In plain words', cell: ({ words: plain }) => plain },
    ],
    rows,
  );
}
