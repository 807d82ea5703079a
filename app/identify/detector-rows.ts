import { counted } from '../../src/lib/count.ts';
import type { Estimate } from '../../src/lib/stats/estimate.ts';
import type { NeuronSet } from '../../src/neurons/set-file.ts';
import type { VerdictRow } from '../../src/studies/identify/verdict.ts';
import { type DetectorRow, type Interval, intervalText } from '../charts/detectors.ts';
import { type TableData, tableOf } from '../ui/table-columns.ts';

const ownName = 'H-Neurons';

/** What each detector of the verdict is, in plain words. */
const words: Readonly<Record<string, string>> = {
  [ownName]: 'this set of neurons',
  'log-probability, mean': 'how likely the model finds its own answer',
  'log-probability, minimum': 'its least likely token',
  'log-probability, first token': 'its first token',
  'first-token entropy': 'how undecided the model is at the start',
  'answer length': 'how long the answer is',
  'H-Neurons and log-probability, mean': 'both together',
  'neurons of both signs (L1)': 'also those that speak for a right answer',
  'all neurons (L2)': 'every neuron a little',
  'words of the question': 'what is asked, without looking at the model',
  'random neurons of the same layers': 'as many, drawn by chance',
  'shuffled labels': 'learnt from nonsense: what chance gives',
};

/** Rows of the chart from a verdict. */
export function detectorRows(
  rows: readonly (VerdictRow & { readonly accuracy?: Estimate })[],
): DetectorRow[] {
  return rows.map((row) => ({
    name: row.name,
    words:
      row.draws === undefined
        ? (words[row.name] ?? '')
        : `${words[row.name] ?? ''}, ${counted(row.draws, 'draw')}`,
    own: row.name === ownName,
    draws: row.draws,
    auroc: row.auroc,
    accuracy: row.accuracy,
  }));
}

const metricPrefix = 'AUROC, ';

/** Rows of the chart from what a set's file keeps of its verdict; none where it keeps none. */
export function rowsOfMetrics({ metrics }: Pick<NeuronSet, 'metrics'>): DetectorRow[] {
  return Object.entries(metrics).flatMap(([key, auroc]) => {
    if (!key.startsWith(metricPrefix) || typeof auroc === 'number') return [];
    const name = key.slice(metricPrefix.length);
    const accuracy = metrics[`accuracy, ${name}`];
    const drawn = name.startsWith('random') || name.startsWith('shuffled');
    return [
      {
        name,
        words: words[name] ?? '',
        own: name === ownName,
        draws: drawn ? 0 : undefined,
        auroc,
        accuracy: typeof accuracy === 'object' ? accuracy : undefined,
      },
    ];
  });
}

const orNone = (interval: Interval | undefined) => (interval ? intervalText(interval) : '');
const signed = (value: number) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(2)}`;

/** The same numbers as a table. */
export function detectorTable(rows: readonly DetectorRow[], gains: readonly VerdictRow[] = []): TableData {
  const gainOf = ({ name }: DetectorRow) => {
    const gain = gains.find((row) => row.name === name)?.gain;
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
