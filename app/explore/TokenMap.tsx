import { memo, useCallback, useMemo } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { formatNeuron } from '../../src/neurons/layout.ts';
import { CanvasView, type Paint } from '../charts/CanvasView.tsx';
import { type ColourScale, robustMaximum } from '../charts/colour-scale.ts';
import { type Columns, columnAt, visibleColumns } from '../charts/columns.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { createPixelBuffer } from '../charts/paint.ts';
import { mapHeight, type RowGeometry, rowAt, rowTop } from '../charts/token-grid.ts';
import { paintTokenMap } from '../charts/token-map.ts';
import { Disclosure } from '../ui/Disclosure.tsx';
import { Table } from '../ui/Table.tsx';
import { Tools } from '../ui/Tools.tsx';
import { tableOf } from '../ui/table-columns.ts';
import { Cursor } from './Cursor.tsx';
import { Legend } from './Legend.tsx';
import { spokenToken } from './label.ts';
import { orderedNeurons, weightsOf } from './neuronOrder.ts';
import { positionCount, textAt, usePalette, useRecord, useSelected, useSession } from './state/hooks.ts';
import { type LaneIndex, laneIndices, laneNames, type RunRecord, valuesAt } from './state/record.ts';
import { useShownSteering } from './state/shown.ts';
import type { NeuronOrder } from './state/slices/view.ts';
import { tokenCells } from './tokenCells.ts';
import type { Viewport } from './useTokenColumns.ts';

/** Neurons shown at first, and at most; all others are in the table. */
const fewShown = 12;
const mostShown = 100;

const orders: readonly { value: NeuronOrder; label: string }[] = [
  { value: 'given', label: 'as in the group' },
  { value: 'layer', label: 'by layer' },
  { value: 'weight', label: 'by weight' },
  { value: 'value', label: 'by activation' },
];

/** Height of a row under a coarse pointer, in CSS pixels: a neuron's three rows and the gap below them take 24 together. */
const touchedRow = 6;

/** Rows get lower the more there are, but not too low for a finger. */
function rowsFor(neurons: number): RowGeometry {
  const height = neurons <= 8 ? 7 : neurons <= fewShown ? 5 : 4;
  const least = matchMedia('(pointer: coarse)').matches ? touchedRow : 0;
  return { lanes: laneIndices.length, rowHeight: Math.max(height, least) };
}

/** Range of the map's colours: what the watched neurons reach at most tokens of any lane. */
function watchedScale(record: RunRecord): ColourScale {
  const peaks = laneIndices.map((lane) => {
    const { current, stale } = record.lane(lane);
    const values = current.watched.length > 0 ? current.watched : (stale?.watched ?? []);
    return Array.from(values, (watched) => (watched ? Math.max(0, ...watched) : Number.NaN));
  });
  return { max: robustMaximum(peaks, 0.95) };
}

/** Indices of the watched neurons in the chosen order; all of them, and those that have a row. */
function useRows(): { readonly all: readonly number[]; readonly shown: readonly number[] } {
  const { stores } = useSession();
  const record = useRecord();
  const order = useStore(stores.view, (state) => state.order);
  const allNeurons = useStore(stores.view, (state) => state.allNeurons);
  const steering = useShownSteering();
  const weights = useMemo(() => weightsOf(steering), [steering]);
  const all = orderedNeurons(record, order, weights);
  return { all, shown: all.slice(0, allNeurons ? mostShown : fewShown) };
}

/** Watched neurons over the columns of tokens; every neuron has a row for each lane. */
export function TokenMap({ columns, viewport }: { readonly columns: Columns; readonly viewport: Viewport }) {
  const session = useSession();
  const { stores } = session;
  const record = useRecord();
  const palette = usePalette();
  const buffer = useMemo(createPixelBuffer, []);
  const hovered = useStore(stores.selection, ({ neuron }) => neuron && formatNeuron(neuron));
  const layout = useStore(stores.view, (state) => state.layout);
  const { shown } = useRows();
  const watched = shown.map((i) => record.shape.watched[i]!);
  const order = shown.join();
  const scale = watchedScale(record);
  const origin = viewport.left;
  const rows = rowsFor(watched.length);

  const paint: Paint = useCallback(
    (context, size) => {
      const [first, end] = visibleColumns(columns, origin, origin + size.width);
      const indices = order === '' ? [] : order.split(',').map(Number);
      const cells = tokenCells(record, first, end, indices);
      const geometry = rowsFor(indices.length);
      paintTokenMap(
        context,
        size,
        { cells, columns, first, origin, rows: geometry, scale: { max: scale.max } },
        palette,
        buffer,
      );
    },
    [buffer, record, columns, origin, palette, scale.max, order],
  );

  function point(x: number, y: number) {
    const position = columnAt(columns, x + origin);
    const cell = rowAt(y, watched.length, rows);
    if (position === undefined || !cell) return leave();
    stores.selection.setState({
      hover: { lane: cell.lane as LaneIndex, position },
      neuron: watched[cell.neuron],
    });
  }

  function leave() {
    stores.selection.setState({ hover: undefined, neuron: undefined });
  }

  function pick() {
    const { hover, neuron } = stores.selection.getState();
    if (hover) stores.selection.setState({ pin: hover });
    if (neuron) session.openCard(neuron);
  }

  return (
    <div className="map" style={{ height: mapHeight(watched.length, rows) }}>
      {layout === 'text' && <Cursor columns={columns} viewport={viewport} />}
      <Tools label="Neurons of the token map" orientation="vertical" className="map-labels">
        {watched.map((neuron, i) => {
          const key = formatNeuron(neuron);
          return (
            <button
              type="button"
              key={key}
              className={key === hovered ? 'map-label map-label-hovered' : 'map-label'}
              aria-label={`Neuron ${key}`}
              style={{ top: rowTop(i, 1, rows) + rows.rowHeight / 2 }}
              onClick={() => session.openCard(neuron)}
            >
              {key}
            </button>
          );
        })}
      </Tools>
      <div
        className="map-canvas"
        style={{
          left: viewport.gutter + origin,
          width: Math.max(0, Math.min(columns.width, viewport.right) - origin),
        }}
      >
        <CanvasView
          label="Token map"
          description={`Activation (CETT) of ${watched.length} watched neurons at every token, in three lanes`}
          paint={paint}
          subscribe={record.subscribe}
          onPoint={point}
          onLeave={leave}
          onPick={pick}
        />
      </div>
    </div>
  );
}

/** Title, order, hovered value and colours of the token map. */
export function TokenMapHead({ width }: { readonly width: number }) {
  const { stores } = useSession();
  const record = useRecord();
  const { groups } = useShownSteering();
  const order = useStore(stores.view, (state) => state.order);
  const allNeurons = useStore(stores.view, (state) => state.allNeurons);
  const neuron = useStore(stores.selection, (state) => state.neuron);
  const { all, shown } = useRows();
  const at = useSelected();
  const row = neuron
    ? record.shape.watched.findIndex((other) => formatNeuron(other) === formatNeuron(neuron))
    : -1;
  const value = row >= 0 ? valuesAt(record, at.lane, at.position, 'watched')?.[row] : undefined;
  const name = groups.length === 1 ? groups[0]!.name : 'watched neurons';
  const weighted = groups.some(({ members }) => members.some(({ weight }) => weight !== undefined));
  return (
    <div className="panel-head map-head" style={{ width }}>
      <h2>
        <b>b</b> {name.charAt(0).toUpperCase() + name.slice(1)}
      </h2>
      <label className="pick">
        Order{' '}
        <select
          value={order}
          onChange={(event) => stores.view.setState({ order: event.target.value as NeuronOrder })}
        >
          {orders.map((option) => (
            <option key={option.value} value={option.value} disabled={option.value === 'weight' && !weighted}>
              {option.label}
            </option>
          ))}
        </select>
      </label>
      {all.length > fewShown && (
        <Button className="button-plain" onPress={() => stores.view.setState({ allNeurons: !allNeurons })}>
          {allNeurons
            ? `Show ${fewShown} of ${all.length}`
            : `${shown.length} of ${all.length}, show ${all.length > mostShown ? mostShown : 'all'}`}
        </Button>
      )}
      <p className="readout">
        {neuron && row >= 0
          ? `${laneNames[at.lane]}, layer ${neuron.layer}, neuron ${neuron.neuron}: CETT ${formatCett(value)}`
          : 'rows of a neuron: as trained, scaled (with its scale), random'}
      </p>
      <Legend scale={watchedScale(record)} />
    </div>
  );
}

/** The token map's numbers for the lane in view, as a table. */
export const TokenMapTable = memo(() => (
  <Disclosure title="Token map as a table">{() => <TokenMapRows />}</Disclosure>
));

function TokenMapRows() {
  const record = useRecord();
  const { lane } = useSelected();
  return (
    <Table
      caption={`CETT of the watched neurons at each position, ${laneNames[lane]}`}
      {...tableOf<number>(
        [
          { head: 'Position', cell: String },
          { head: 'Token', cell: (position) => spokenToken(textAt(record, { lane, position }) ?? '') },
          ...record.shape.watched.map((neuron, i) => ({
            head: formatNeuron(neuron),
            cell: (position: number) => formatCett(valuesAt(record, lane, position, 'watched')?.[i]),
          })),
        ],
        Array.from({ length: positionCount(record) }, (_, position) => position),
      )}
    />
  );
}
