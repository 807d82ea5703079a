import { scaleLinear } from 'd3-scale';
import { useCallback, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import { CanvasView, type Paint, type Size } from '../charts/CanvasView.tsx';
import { type ColourScale, paintPixels, robustMaximum } from '../charts/colour-scale.ts';
import { binOfNeuron, cellAt, describeRange, formatCett, neuronsOfBin } from '../charts/neuron-grid.ts';
import { caption, createPixelBuffer, hatch } from '../charts/paint.ts';
import { Disclosure } from '../controls/Disclosure.tsx';
import { Table } from '../controls/Table.tsx';
import { selected, usePalette, useRecord, useSelected, useSession } from '../state/hooks.ts';
import { laneIndices, laneNames, type RunRecord, valuesAt } from '../state/record.ts';
import { Legend } from './Legend.tsx';
import { layersHeight, layerTicks, layerY } from './layers.ts';

/** Range of the map's colours, the same for all lanes and positions: all but the most active hundredth of the cells. */
export function overviewScale(record: RunRecord): ColourScale {
  const highs = laneIndices.map((lane) => {
    const { current, stale } = record.lane(lane);
    return current.high.length > 0 ? current.high : (stale?.high ?? []);
  });
  return { max: robustMaximum(highs, 0.9) };
}

/** All layers by all neurons at the chosen token, the most active neuron of every bin. */
export function NeuronMap() {
  const { stores, record } = useSession();
  useRecord();
  const palette = usePalette();
  const buffer = useMemo(createPixelBuffer, []);
  const layout = useStore(stores.model, (state) => state.model?.layout);
  const { members, control } = useStore(stores.steering);
  const hoveredNeuron = useStore(stores.selection, (state) => state.neuron);
  const [cell, setCell] = useState<{ layer: number; bin: number }>();
  const at = useSelected();
  const { layers, bins } = record.shape;
  const scale = overviewScale(record);
  const values = valuesAt(record, at.lane, at.position, 'overview');

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
      const shown = selected(record, hover, pin);
      const { layers, bins } = record.shape;
      const cells = valuesAt(record, shown.lane, shown.position, 'overview');
      if (!cells || !layout || layers === 0) return;
      const range = overviewScale(record);
      const pixels = buffer.size(bins, layers);
      const { active, invalid } = paintPixels(cells, layers, bins, range, palette.ramp, pixels, true);
      context.imageSmoothingEnabled = false;
      context.drawImage(buffer.picture(), 0, 0, size.width, size.height);
      const [width, height] = [size.width / bins, size.height / layers];
      if (invalid > 0) {
        cells.forEach((value, i) => {
          if (!Number.isNaN(value)) return;
          const y = (layers - 1 - Math.floor(i / bins)) * height;
          hatch(context, { x: (i % bins) * width, y, width, height }, palette.muted);
        });
      }
      if (!active) caption(context, invalid > 0 ? 'not a number' : 'no activation', size, palette);
      const ring = (neuron: (typeof members)[number], colour: string, radius: number) => {
        context.beginPath();
        const x = (binOfNeuron(layout, bins, neuron) + 0.5) * width;
        context.arc(x, layerY(neuron.layer, layers, size.height), radius, 0, 2 * Math.PI);
        context.strokeStyle = palette.paper;
        context.lineWidth = 3.5;
        context.stroke();
        context.strokeStyle = colour;
        context.lineWidth = 1.5;
        context.stroke();
      };
      if (shown.lane === 2) for (const neuron of control) ring(neuron, palette.muted, 4.5);
      for (const neuron of members) ring(neuron, palette.accent, neuron === hoveredNeuron ? 7 : 4.5);
    },
    [record, stores, layout, buffer, palette, members, control, hoveredNeuron],
  );

  function point(x: number, y: number, size: Size) {
    setCell(cellAt(x, y, size, layers, bins));
  }

  const range = cell && layout && neuronsOfBin(layout, bins, cell.layer, cell.bin);
  const height = layersHeight(layers);
  const width = Math.max(0, ...(layout?.widths ?? []));
  return (
    <section className="panel neuron-map" aria-label="All neurons">
      <div className="panel-head">
        <h2>
          <b>c</b> All neurons
        </h2>
        <p className="readout">
          {range && cell && values
            ? `${describeRange(range)}: ${range.end - range.start > 1 ? 'highest ' : ''}CETT ${formatCett(values[cell.layer * bins + cell.bin])}`
            : layout &&
              `${layout.total.toLocaleString('en')} neurons of ${layers || layout.widths.length} layers`}
        </p>
        <Legend scale={scale} />
      </div>
      <div className="plot" style={{ height }}>
        <div className="y-axis" aria-hidden="true">
          <span className="axis-title">Layer</span>
          {layerTicks(layers).map((layer) => (
            <span key={layer} className="y-tick" style={{ top: layerY(layer, layers, height) }}>
              {layer}
            </span>
          ))}
        </div>
        <CanvasView
          label="Neuron map"
          description={`Activation (CETT) of all neurons, a row a layer, while the model reads position ${at.position} of ${laneNames[at.lane]}`}
          paint={paint}
          subscribe={subscribe}
          onPoint={point}
          onLeave={() => setCell(undefined)}
        />
      </div>
      <div className="x-axis" aria-hidden="true">
        {(width > 0 ? scaleLinear([0, width], [0, 100]).ticks(6) : []).map((neuron) => (
          <span key={neuron} className="x-tick" style={{ left: `${(100 * neuron) / width}%` }}>
            {neuron}
          </span>
        ))}
        <span className="axis-title">Neuron</span>
      </div>
      <NeuronMapTable />
    </section>
  );
}

/** The map's numbers at the chosen token, one layer at a time. */
function NeuronMapTable() {
  const record = useRecord();
  const layout = useStore(useSession().stores.model, (state) => state.model?.layout);
  const at = useSelected();
  const [layer, setLayer] = useState(0);
  const { layers, bins } = record.shape;
  return (
    <Disclosure title="Neuron map as a table">
      {() => {
        const values = valuesAt(record, at.lane, at.position, 'overview');
        return (
          <>
            <label className="pick">
              Layer{' '}
              <select value={layer} onChange={(event) => setLayer(Number(event.target.value))}>
                {Array.from({ length: layers }, (_, i) => String(i)).map((name) => (
                  <option key={name}>{name}</option>
                ))}
              </select>
            </label>
            <Table
              caption={`Highest CETT of each range of neurons in layer ${layer}, position ${at.position}, ${laneNames[at.lane]}`}
              head={['Neurons', 'CETT']}
              rows={
                layout && values && layer < layers
                  ? Array.from({ length: bins }, (_, bin) => {
                      const { start, end } = neuronsOfBin(layout, bins, layer, bin);
                      return [
                        end - start > 1 ? `${start} to ${end - 1}` : `${start}`,
                        formatCett(values[layer * bins + bin]),
                      ];
                    })
                  : []
              }
            />
          </>
        );
      }}
    </Disclosure>
  );
}
