import { neuronLayout } from '../../src/neurons/layout.ts';
import { neuronsOfBin } from '../charts/neuron-grid.ts';
import { laneIndices, laneNames, type RunRecord, trainedLogprob } from '../state/record.ts';
import { shownSteering } from '../state/shown.ts';
import type { DoseAnswer } from '../state/slices/dose.ts';
import type { TokenRef } from '../state/slices/selection.ts';
import { neuronKey } from '../state/slices/steering.ts';
import { factorOf, loneNeurons } from '../state/steering.ts';
import type { Stores } from '../state/stores.ts';

/** Numbers behind a part of the page. */
export interface DataTable {
  /** Part of the file's name. */
  readonly id: string;
  readonly name: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly (string | number)[])[];
}

type Cell = string | number;

/** What a token is called in every table: lane, position, and what was read there. */
function tokensRead(record: RunRecord): { readonly cells: readonly Cell[]; readonly token: TokenRef }[] {
  return laneIndices.flatMap((lane) => {
    const { tokens, overview } = record.lane(lane).current;
    const read = [...record.prompt, ...tokens.map(({ token }) => token)];
    return read.slice(0, Math.max(overview.length, record.prompt.length)).map(({ id, text }, position) => ({
      cells: [laneNames[lane], position, id, text],
      token: { lane, position },
    }));
  });
}

const readHead = ['lane', 'position', 'token id', 'token'];

function answers(record: RunRecord): DataTable {
  return {
    id: 'answers',
    name: 'Answers, token by token',
    head: [
      'lane',
      'answer token',
      'position',
      'token id',
      'token',
      'log-probability',
      'log-probability as trained',
      'entropy (nats)',
      'divergence from unsteered (nats)',
    ],
    rows: laneIndices.flatMap((lane) =>
      record
        .lane(lane)
        .current.tokens.map((event) => [
          laneNames[lane],
          event.index + 1,
          record.prompt.length + event.index,
          event.token.id,
          event.token.text,
          event.logprob,
          trainedLogprob(lane, event) ?? '',
          event.entropy,
          event.divergence ?? '',
        ]),
    ),
  };
}

function candidates(record: RunRecord): DataTable {
  return {
    id: 'next-tokens',
    name: 'Next tokens',
    head: ['lane', 'answer token', 'rank', 'token id', 'token', 'probability', 'chosen'],
    rows: laneIndices.flatMap((lane) =>
      record
        .lane(lane)
        .current.tokens.flatMap(({ index, token, top }) =>
          top.map(({ id, text, logprob }, rank) => [
            laneNames[lane],
            index + 1,
            rank + 1,
            id,
            text,
            Math.exp(logprob),
            id === token.id ? 'yes' : 'no',
          ]),
        ),
    ),
  };
}

function perToken(
  record: RunRecord,
  kind: 'watched' | 'profile',
  about: Pick<DataTable, 'id' | 'name'>,
  columns: readonly string[],
): DataTable {
  return {
    ...about,
    head: [...readHead, ...columns],
    rows: tokensRead(record).map(({ cells, token }) => [
      ...cells,
      ...(record.lane(token.lane).current[kind][token.position] ?? []),
    ]),
  };
}

function neuronMap(record: RunRecord, widths: readonly number[], token: TokenRef): DataTable {
  const { layers, bins } = record.shape;
  const values = record.lane(token.lane).current.overview[token.position];
  const layout = neuronLayout(widths);
  return {
    id: 'neuron-map',
    name: 'All neurons at the chosen token',
    head: ['lane', 'position', 'layer', 'first neuron', 'last neuron', 'highest CETT'],
    rows:
      values && widths.length === layers
        ? Array.from(values, (value, i) => {
            const layer = Math.floor(i / bins);
            const { start, end } = neuronsOfBin(layout, bins, layer, i % bins);
            return [laneNames[token.lane], token.position, layer, start, end - 1, value];
          })
        : [],
  };
}

function steering(stores: Stores, record: RunRecord): DataTable {
  const state = shownSteering(stores, record);
  const grouped = state.groups.flatMap((group) =>
    group.members.map((member) => ({ group: group.name, member, weight: member.weight })),
  );
  const lone = loneNeurons(state).map((member) => ({ group: '', member, weight: undefined }));
  return {
    id: 'steering',
    name: 'Scaled neurons',
    head: ['group', 'layer', 'neuron', 'weight', 'factor'],
    rows: [...grouped, ...lone].map(({ group, member, weight }) => [
      group,
      member.layer,
      member.neuron,
      weight ?? '',
      factorOf(state, member),
    ]),
  };
}

function doseRow(neurons: string, factor: number, { divergence, differs, text }: DoseAnswer): Cell[] {
  return [neurons, factor, divergence ?? '', differs ? 'yes' : 'no', text];
}

function doses({ dose }: Stores): DataTable {
  const { points } = dose.getState();
  return {
    id: 'doses',
    name: 'Doses',
    head: ['neurons', 'factor', 'divergence (nats)', 'differs from unsteered', 'answer'],
    rows: [
      ...points.map((point) => doseRow('own', point.factor, point)),
      ...points.flatMap(({ factor, control }) => (control ? [doseRow('random', factor, control)] : [])),
    ],
  };
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
      watched.map(neuronKey),
    ),
    neuronMap(record, widths, token),
    perToken(record, 'profile', { id: 'layers', name: 'Sum of CETT of every layer' }, layerNames),
    candidates(record),
    doses(stores),
    steering(stores, record),
  ];
  return all.filter(({ rows }) => rows.length > 0);
}
