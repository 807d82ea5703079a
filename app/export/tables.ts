import { formatNeuron, neuronLayout } from '../../src/neurons/layout.ts';
import { factorOf, loneNeurons } from '../../src/steering/steering.ts';
import { neuronsOfBin } from '../charts/neuron-grid.ts';
import { laneIndices, laneNames, type RunRecord, trainedLogprob } from '../explore/state/record.ts';
import { shownSteering } from '../explore/state/shown.ts';
import type { DoseAnswer } from '../explore/state/slices/dose.ts';
import type { TokenRef } from '../explore/state/slices/selection.ts';
import type { Stores } from '../explore/state/stores.ts';
import { type Column, type TableData, tableOf } from '../ui/table-columns.ts';

type Cell = string | number;
type Columns<Row> = readonly Column<Row, Cell>[];

/** Numbers behind a part of the page. */
export interface DataTable extends TableData<Cell> {
  /** Part of the file's name. */
  readonly id: string;
  readonly name: string;
}

type About = Pick<DataTable, 'id' | 'name'>;

function dataTable<Row>(about: About, columns: Columns<Row>, rows: readonly Row[]): DataTable {
  return { ...about, ...tableOf(columns, rows) };
}

/** Every token that a lane read. */
function tokensRead(record: RunRecord) {
  return laneIndices.flatMap((lane) => {
    const { tokens, overview } = record.lane(lane).current;
    const read = [...record.prompt, ...tokens.map(({ token }) => token)];
    return read
      .slice(0, Math.max(overview.length, record.prompt.length))
      .map(({ id, text }, position) => ({ lane, position, id, text }));
  });
}

type TokenRead = ReturnType<typeof tokensRead>[number];

const tokenColumns: Columns<TokenRead> = [
  { head: 'lane', cell: ({ lane }) => laneNames[lane] },
  { head: 'position', cell: ({ position }) => position },
  { head: 'token id', cell: ({ id }) => id },
  { head: 'token', cell: ({ text }) => text },
];

/** The tokens of all answers, each with its lane. */
function answered(record: RunRecord) {
  return laneIndices.flatMap((lane) =>
    record
      .lane(lane)
      .current.tokens.map((event) => ({ event, lane, position: record.prompt.length + event.index })),
  );
}

function answers(record: RunRecord): DataTable {
  return dataTable(
    { id: 'answers', name: 'Answers, token by token' },
    [
      { head: 'lane', cell: ({ lane }) => laneNames[lane] },
      { head: 'answer token', cell: ({ event }) => event.index + 1 },
      { head: 'position', cell: ({ position }) => position },
      { head: 'token id', cell: ({ event }) => event.token.id },
      { head: 'token', cell: ({ event }) => event.token.text },
      { head: 'log-probability', cell: ({ event }) => event.logprob },
      { head: 'log-probability as trained', cell: ({ event, lane }) => trainedLogprob(lane, event) ?? '' },
      { head: 'entropy (nats)', cell: ({ event }) => event.entropy },
      { head: 'divergence from unsteered (nats)', cell: ({ event }) => event.divergence ?? '' },
    ],
    answered(record),
  );
}

function candidates(record: RunRecord): DataTable {
  return dataTable(
    { id: 'next-tokens', name: 'Next tokens' },
    [
      { head: 'lane', cell: ({ lane }) => laneNames[lane] },
      { head: 'answer token', cell: ({ event }) => event.index + 1 },
      { head: 'rank', cell: ({ rank }) => rank },
      { head: 'token id', cell: ({ id }) => id },
      { head: 'token', cell: ({ text }) => text },
      { head: 'probability', cell: ({ logprob }) => Math.exp(logprob) },
      { head: 'chosen', cell: ({ id, event }) => (id === event.token.id ? 'yes' : 'no') },
    ],
    answered(record).flatMap(({ lane, event }) =>
      event.top.map((candidate, i) => ({ ...candidate, lane, event, rank: i + 1 })),
    ),
  );
}

function perToken(
  record: RunRecord,
  kind: 'watched' | 'profile',
  about: About,
  names: readonly string[],
): DataTable {
  const valuesOf = ({ lane, position }: TokenRead) => record.lane(lane).current[kind][position];
  const values = names.map((head, i) => ({ head, cell: (read: TokenRead) => valuesOf(read)?.[i] ?? '' }));
  return dataTable(about, [...tokenColumns, ...values], tokensRead(record));
}

function neuronMap(record: RunRecord, widths: readonly number[], token: TokenRef): DataTable {
  const { layers, bins } = record.shape;
  const values = widths.length === layers && record.lane(token.lane).current.overview[token.position];
  const layout = neuronLayout(widths);
  const ranges = Array.from(values || [], (value, i) => {
    const layer = Math.floor(i / bins);
    return { ...neuronsOfBin(layout, bins, layer, i % bins), value, layer };
  });
  return dataTable(
    { id: 'neuron-map', name: 'All neurons at the chosen token' },
    [
      { head: 'lane', cell: () => laneNames[token.lane] },
      { head: 'position', cell: () => token.position },
      { head: 'layer', cell: ({ layer }) => layer },
      { head: 'first neuron', cell: ({ start }) => start },
      { head: 'last neuron', cell: ({ end }) => end - 1 },
      { head: 'highest CETT', cell: ({ value }) => value },
    ],
    ranges,
  );
}

function steering(stores: Stores, record: RunRecord): DataTable {
  const state = shownSteering(stores, record);
  const grouped = state.groups.flatMap((group) =>
    group.members.map((member) => ({ group: group.name, member, weight: member.weight })),
  );
  const lone = loneNeurons(state).map((member) => ({ group: '', member, weight: undefined }));
  return dataTable(
    { id: 'steering', name: 'Scaled neurons' },
    [
      { head: 'group', cell: ({ group }) => group },
      { head: 'layer', cell: ({ member }) => member.layer },
      { head: 'neuron', cell: ({ member }) => member.neuron },
      { head: 'weight', cell: ({ weight }) => weight ?? '' },
      { head: 'factor', cell: ({ member }) => factorOf(state, member) },
    ],
    [...grouped, ...lone],
  );
}

function doses({ dose }: Stores): DataTable {
  const { points } = dose.getState();
  const row = (neurons: string, factor: number, answer: DoseAnswer) => ({ ...answer, neurons, factor });
  return dataTable(
    { id: 'doses', name: 'Doses' },
    [
      { head: 'neurons', cell: ({ neurons }) => neurons },
      { head: 'factor', cell: ({ factor }) => factor },
      { head: 'divergence (nats)', cell: ({ divergence }) => divergence ?? '' },
      { head: 'differs from unsteered', cell: ({ differs }) => (differs ? 'yes' : 'no') },
      { head: 'answer', cell: ({ text }) => text },
    ],
    [
      ...points.map((point) => row('own', point.factor, point)),
      ...points.flatMap(({ factor, control }) => (control ? [row('random', factor, control)] : [])),
    ],
  );
}

/** All tables of what the page shows; empty ones are left out. `token` is the one that the neuron map shows. */
export function dataTables(stores: Stores, record: RunRecord, token: TokenRef): DataTable[] {
  const { layers, watched } = record.shape;
  const widths = stores.model.getState().model?.layout.widths ?? [];
  const layerNames = Array.from({ length: layers }, (_, layer) => `layer ${layer}`);
  const all = [
    answers(record),
    perToken(
      record,
      'watched',
      { id: 'token-map', name: 'CETT of the watched neurons' },
      watched.map(formatNeuron),
    ),
    neuronMap(record, widths, token),
    perToken(record, 'profile', { id: 'layers', name: 'Sum of CETT of every layer' }, layerNames),
    candidates(record),
    doses(stores),
    steering(stores, record),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}
