import { quantile } from 'd3-array';
import { memo, useCallback, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { CanvasView, type Paint, type Size } from '../charts/CanvasView.tsx';
import { type ColourScale, niceCeiling } from '../charts/colour-scale.ts';
import { layersHeight, paintLayerMap, paintProfile } from '../charts/layers.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { createPixelBuffer } from '../charts/paint.ts';
import { Choice } from '../ui/Choice.tsx';
import { Disclosure } from '../ui/Disclosure.tsx';
import { Table } from '../ui/Table.tsx';
import { tableOf } from '../ui/table-columns.ts';
import { Legend } from './Legend.tsx';
import { LayerAxis } from './MapAxes.tsx';
import { positionCount, selected, usePalette, useRecord, useSelected, useSession } from './state/hooks.ts';
import {
  type LaneIndex,
  laneIndices,
  laneNames,
  laneWords,
  type RunRecord,
  valuesAt,
} from './state/record.ts';
import type { ViewState } from './state/slices/view.ts';

const modes: readonly { value: ViewState['profile']; label: string }[] = [
  { value: 'tokens', label: 'All tokens' },
  { value: 'token', label: 'One' },
];

function profilesAt(record: RunRecord, position: number): (Float32Array | undefined)[] {
  return laneIndices.map((lane) => valuesAt(record, lane, position, 'profile'));
}

/** The layer profiles of a lane, a column a position. */
function profilesOf(record: RunRecord, lane: LaneIndex): (Float32Array | undefined)[] {
  return Array.from({ length: positionCount(record) }, (_, position) =>
    valuesAt(record, lane, position, 'profile'),
  );
}

function profileMaximum(lanes: readonly (Float32Array | undefined)[]): number {
  return niceCeiling(
    Math.max(0, ...lanes.flatMap((values) => (values ? [...values] : [])).filter(Number.isFinite)),
  );
}

/** Range of the map's colours: what the layers have at most positions of any lane, the first position left out. */
function profileScale(record: RunRecord): ColourScale {
  const lows: number[] = [];
  const highs: number[] = [];
  for (const lane of laneIndices) {
    for (const values of profilesOf(record, lane).slice(1)) {
      let low = Infinity;
      let high = 0;
      for (const value of values ?? []) {
        if (value < low) low = value;
        if (value > high) high = value;
      }
      if (low > high || high === Infinity) continue;
      lows.push(low);
      highs.push(high);
    }
  }
  const min = quantile(lows, 0.5) ?? 0;
  return { min: Number(min.toPrecision(2)), max: niceCeiling(quantile(highs, 0.9) ?? 0) };
}

/** The sum of CETT of every layer on the neuron map's rows: of the chosen token in all lanes, or of all tokens of its lane. */
export function LayerProfile() {
  const { stores, record } = useSession();
  useRecord();
  const palette = usePalette();
  const buffer = useMemo(createPixelBuffer, []);
  const at = useSelected();
  const mode = useStore(stores.view, (state) => state.profile);
  const mapView = useStore(stores.view, (state) => state.mapView);
  const [pointed, setPointed] = useState<{ layer: number; position: number }>();
  const { layers } = record.shape;

  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = [record, stores.selection, stores.view].map((store) => store.subscribe(listener));
      return () => {
        for (const stop of stops) stop();
      };
    },
    [record, stores],
  );

  const paint: Paint = useCallback(
    (context, size) => {
      const { hover, pin } = stores.selection.getState();
      const { lane, position } = selected(record, hover, pin);
      const view = stores.view.getState().mapView ?? { top: 0, height: record.shape.layers };
      if (stores.view.getState().profile === 'token') {
        const lanes = profilesAt(record, position);
        paintProfile(context, size, lanes, profileMaximum(lanes), view, palette);
        return;
      }
      const { current, stale } = record.lane(lane);
      paintLayerMap(
        context,
        size,
        {
          layers: record.shape.layers,
          profiles: profilesOf(record, lane),
          staleFrom: stale ? current.profile.length : Infinity,
          scale: profileScale(record),
          view,
          marked: position,
          answerStart: record.prompt.length,
        },
        palette,
        buffer,
      );
    },
    [record, stores, palette, buffer],
  );

  function point(x: number, y: number, size: Size) {
    if (layers === 0) return;
    const view = mapView ?? { top: 0, height: layers };
    const layer = Math.max(0, layers - 1 - Math.floor(view.top + (y * view.height) / size.height));
    const count = positionCount(record);
    const position =
      mode === 'tokens' ? Math.min(count - 1, Math.floor((x * count) / size.width)) : at.position;
    setPointed({ layer, position });
    if (mode === 'tokens') stores.selection.setState({ hover: { lane: at.lane, position } });
  }

  function leave() {
    setPointed(undefined);
    if (mode === 'tokens') stores.selection.setState({ hover: undefined });
  }

  function pick() {
    const { hover } = stores.selection.getState();
    if (mode === 'tokens' && hover) stores.selection.setState({ pin: hover });
  }

  const lanes = profilesAt(record, at.position);
  const max = profileMaximum(lanes);
  const count = positionCount(record);
  const start = record.prompt.length;
  return (
    <section className="panel layer-profile" aria-label="Layers">
      <div className="panel-head">
        <h2>
          <b>d</b> Layers
        </h2>
        <ProfileTools mode={mode} />
      </div>
      <div className="panel-line">
        <p className="readout">
          {pointed
            ? `layer ${pointed.layer}: ${
                mode === 'tokens'
                  ? formatCett(valuesAt(record, at.lane, pointed.position, 'profile')?.[pointed.layer])
                  : laneIndices.map((lane) => formatCett(lanes[lane]?.[pointed.layer])).join(', ')
              }`
            : mode === 'tokens' && laneWords[at.lane]}
        </p>
        {mode === 'tokens' && <ProfileLegend />}
      </div>
      <div className="plot" style={{ height: layersHeight(layers) }}>
        <LayerAxis
          layers={layers}
          view={mapView ?? { top: 0, height: layers }}
          height={layersHeight(layers)}
        />
        <CanvasView
          label="Layer profile"
          description={
            mode === 'tokens'
              ? `Sum of CETT of every layer at every position of ${laneNames[at.lane]}`
              : `Sum of CETT of every layer at position ${at.position}, in three lanes`
          }
          paint={paint}
          subscribe={subscribe}
          onPoint={point}
          onLeave={leave}
          onPick={pick}
        />
      </div>
      <div className="x-axis" aria-hidden="true">
        {mode === 'tokens' ? (
          count > 0 && (
            <>
              <span className="x-tick" style={{ left: `${(100 * start) / count}%` }}>
                1
              </span>
              <span className="x-tick" style={{ left: '100%' }}>
                {count - start}
              </span>
            </>
          )
        ) : (
          <>
            <span className="x-tick" style={{ left: 0 }}>
              0
            </span>
            <span className="x-tick" style={{ left: '100%' }}>
              {max > 0 && formatCett(max)}
            </span>
          </>
        )}
        <span className="axis-title">{mode === 'tokens' ? 'Prompt, answer token' : 'Sum of CETT'}</span>
      </div>
      <ProfileTable />
    </section>
  );
}

const ProfileTable = memo(() => <Disclosure title="Layers as a table">{() => <ProfileRows />}</Disclosure>);

const ProfileTools = memo(({ mode }: { readonly mode: ViewState['profile'] }) => {
  const { stores } = useSession();
  return (
    <div className="panel-tools">
      <Choice
        label="Tokens of the layer profile"
        quiet
        value={mode}
        options={modes}
        onChange={(profile) => stores.view.setState({ profile })}
      />
    </div>
  );
});

function ProfileLegend() {
  const scale = profileScale(useRecord());
  return <Legend scale={scale} ends={[formatCett(scale.min), formatCett(scale.max)]} />;
}

/** The profile's numbers: a row a layer, of the chosen position in all lanes or of all positions of its lane. */
function ProfileRows() {
  const record = useRecord();
  const at = useSelected();
  const mode = useStore(useSession().stores.view, (state) => state.profile);
  const layers = Array.from({ length: record.shape.layers }, (_, layer) => layer);
  const columns = mode === 'tokens' ? profilesOf(record, at.lane) : profilesAt(record, at.position);
  return (
    <Table
      caption={
        mode === 'tokens'
          ? `Sum of CETT at every position of ${laneNames[at.lane]}`
          : `Sum of CETT at position ${at.position}`
      }
      {...tableOf<number>(
        [
          { head: 'Layer', cell: String },
          ...columns.map((values, i) => ({
            head: mode === 'tokens' ? String(i) : laneNames[i]!,
            cell: (layer: number) => formatCett(values?.[layer]),
          })),
        ],
        layers,
      )}
    />
  );
}
