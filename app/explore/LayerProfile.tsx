import { useCallback, useState } from 'react';
import { CanvasView, type Paint, type Size } from '../charts/CanvasView.tsx';
import { niceCeiling } from '../charts/colour-scale.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { Disclosure } from '../controls/Disclosure.tsx';
import { Table } from '../controls/Table.tsx';
import { selected, usePalette, useRecord, useSelected, useSession } from '../state/hooks.ts';
import { laneIndices, laneNames, type RunRecord, valuesAt } from '../state/record.ts';
import { layersHeight, paintProfile } from './layers.ts';

function profiles(record: RunRecord, position: number): (Float32Array | undefined)[] {
  return laneIndices.map((lane) => valuesAt(record, lane, position, 'profile'));
}

function profileMaximum(lanes: readonly (Float32Array | undefined)[]): number {
  return niceCeiling(
    Math.max(0, ...lanes.flatMap((values) => (values ? [...values] : [])).filter(Number.isFinite)),
  );
}

/** The sum of CETT of every layer at the chosen position, in all lanes, on the neuron map's axis of layers. */
export function LayerProfile() {
  const { stores, record } = useSession();
  useRecord();
  const palette = usePalette();
  const at = useSelected();
  const [layer, setLayer] = useState<number>();
  const { layers } = record.shape;

  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = [record.subscribe(listener), stores.selection.subscribe(listener)];
      return () => {
        for (const stop of stops) stop();
      };
    },
    [record, stores],
  );

  const paint: Paint = useCallback(
    (context, size) => {
      const { hover, pin } = stores.selection.getState();
      const lanes = profiles(record, selected(record, hover, pin).position);
      paintProfile(context, size, lanes, profileMaximum(lanes), palette);
    },
    [record, stores, palette],
  );

  const lanes = profiles(record, at.position);
  const max = profileMaximum(lanes);
  return (
    <section className="panel layer-profile" aria-label="Layers">
      <div className="panel-head">
        <h2>
          <b>d</b> Layers
        </h2>
        <p className="readout">
          {layer !== undefined &&
            `layer ${layer}: ${laneIndices.map((lane) => formatCett(lanes[lane]?.[layer])).join(', ')}`}
        </p>
      </div>
      <div className="plot" style={{ height: layersHeight(layers) }}>
        <CanvasView
          label="Layer profile"
          description={`Sum of CETT of every layer at position ${at.position}, in three lanes`}
          paint={paint}
          subscribe={subscribe}
          onPoint={(_, y, size: Size) =>
            setLayer(
              layers > 0 ? Math.max(0, layers - 1 - Math.floor((y / size.height) * layers)) : undefined,
            )
          }
          onLeave={() => setLayer(undefined)}
        />
      </div>
      <div className="x-axis" aria-hidden="true">
        <span className="x-tick" style={{ left: 0 }}>
          0
        </span>
        <span className="x-tick" style={{ left: '100%' }}>
          {max > 0 && formatCett(max)}
        </span>
        <span className="axis-title">Sum of CETT</span>
      </div>
      <Disclosure title="Layers as a table">
        {() => (
          <Table
            caption={`Sum of CETT at position ${at.position}`}
            head={['Layer', ...laneNames]}
            rows={Array.from({ length: layers }, (_, i) => [
              String(i),
              ...laneIndices.map((lane) => formatCett(lanes[lane]?.[i])),
            ])}
          />
        )}
      </Disclosure>
    </section>
  );
}
