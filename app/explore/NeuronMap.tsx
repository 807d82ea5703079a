import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useStore } from 'zustand';
import { counted } from '../../src/lib/count.ts';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronLayout, NeuronRef } from '../../src/neurons/types.ts';
import { factorOf, scaledNeurons, steeredNeurons } from '../../src/steering/steering.ts';
import { CanvasView, type Paint, type Size } from '../charts/CanvasView.tsx';
import { layersHeight } from '../charts/layers.ts';
import {
  type MapView,
  type NeuronBox,
  neuronAtPoint,
  neuronX,
  type PlotSize,
  rowY,
  wholeView,
} from '../charts/map-view.ts';
import { type MapMark, paintNeuronMap } from '../charts/neuron-map.ts';
import { createPixelBuffer } from '../charts/paint.ts';
import { BrushBar } from './BrushBar.tsx';
import { Legend } from './Legend.tsx';
import { LayerAxis, NeuronAxis } from './MapAxes.tsx';
import { MapTools } from './MapTools.tsx';
import { neuronAfterKey, viewAfterKey, viewWith } from './mapKeys.ts';
import { describePointed, strongestIn } from './mapPointer.ts';
import { createMapSource, differenceLanes } from './mapSource.ts';
import { NeuronMapTable } from './NeuronMapTable.tsx';
import { selected, usePalette, useRecord, useSelected, useSession } from './state/hooks.ts';
import { laneNames } from './state/record.ts';
import { shownSteering } from './state/shown.ts';
import { setMapView, useMapGestures } from './useMapGestures.ts';

/** Reach of the mouse to a marked neuron, in CSS pixels. */
const mouseReach = 6;

/** All layers by all neurons at the chosen token, from the whole model down to single neurons. */
export function NeuronMap() {
  const session = useSession();
  const { stores, record, details } = session;
  useRecord();
  const palette = usePalette();
  const buffer = useMemo(createPixelBuffer, []);
  const source = useMemo(() => createMapSource(record, details), [record, details]);
  const canvas = useRef<HTMLCanvasElement>(null);
  const layout = useStore(stores.model, (state) => state.model?.layout);
  const steering = useStore(stores.steering);
  const control = useStore(stores.control, (state) => state.members);
  const quantity = useStore(stores.view, (state) => state.quantity);
  const mapView = useStore(stores.view, (state) => state.mapView);
  const { neuron: hovered, card, selecting = false } = useStore(stores.selection);
  const [pointed, setPointed] = useState<NeuronRef>();
  const [corner, setCorner] = useState<NeuronRef>();
  const at = useSelected();
  const whole = useMemo(() => layout && wholeView(layout), [layout]);
  const view = mapView ?? whole;
  const wheelHint = useMapGestures(canvas, layout, selecting);

  const wanted = mapView !== undefined || pointed !== undefined;
  const read = record.lane(at.lane).current.overview[at.position] !== undefined;
  const { run } = record.lane(at.lane).current;
  useEffect(() => {
    if (!wanted || !read || run < 0 || quantity === 'factor') return;
    const token = { lane: at.lane, position: at.position };
    details.want(quantity === 'difference' ? differenceLanes(token) : [token]);
  }, [details, wanted, read, run, quantity, at.lane, at.position]);

  const subscribe = useCallback(
    (listener: () => void) => {
      const stops = [record, stores.selection, stores.view, details].map((store) =>
        store.subscribe(listener),
      );
      return () => {
        for (const stop of stops) stop();
      };
    },
    [record, stores, details],
  );

  const fixedMarks = useMemo(() => {
    const steered = steeredNeurons(steering);
    const keys = new Set(steered.map(formatNeuron));
    return {
      members: steered.map((neuron): MapMark => ({ ...neuron, kind: 'member' })),
      watched: (list: readonly NeuronRef[]) =>
        list
          .filter((neuron) => !keys.has(formatNeuron(neuron)))
          .map((neuron): MapMark => ({ ...neuron, kind: 'watched' })),
    };
  }, [steering]);

  const paint: Paint = useCallback(
    (context, size) => {
      if (!layout) return;
      const { hover, pin, box, card: open } = stores.selection.getState();
      const { quantity: shownQuantity, mapView: shownView } = stores.view.getState();
      const token = selected(record, hover, pin);
      const values = shownQuantity === 'factor' ? undefined : source.values(token, shownQuantity);
      const marks: MapMark[] = [
        ...(token.lane === 2 ? control.map((neuron): MapMark => ({ ...neuron, kind: 'control' })) : []),
        ...fixedMarks.watched(record.shape.watched),
        ...fixedMarks.members,
        ...(hovered ? [{ ...hovered, kind: 'pointed' } as const] : []),
        ...(pointed && shownView ? [{ ...pointed, kind: 'pointed' } as const] : []),
        ...(open ? [{ ...open, kind: 'chosen' } as const] : []),
      ];
      paintNeuronMap(
        context,
        size,
        {
          layout,
          view: shownView ?? wholeView(layout),
          cells: values && source.cells(values, shownView, size.width, layout),
          scale: values?.scale ?? { max: 3, signed: true },
          factors: shownQuantity === 'factor' ? scaledNeurons(shownSteering(stores, record)) : undefined,
          marks,
          box,
        },
        palette,
        buffer,
      );
    },
    [record, stores, source, layout, buffer, palette, control, fixedMarks, hovered, pointed],
  );

  /** The neuron at a point: a marked one within reach, else the one that lies there. */
  function neuronAt(x: number, y: number, size: Size, reach: number) {
    if (!layout || !view) return undefined;
    const marked = nearest(fixedMarks.members, x, y, view, size, layout.widths.length, reach);
    return { marked, neuron: marked ?? neuronAtPoint(x, y, view, size, layout) };
  }

  function point(x: number, y: number, size: Size) {
    const at = neuronAt(x, y, size, mouseReach);
    setPointed(at?.neuron);
    const marked = at?.marked && { layer: at.marked.layer, neuron: at.marked.neuron };
    if (stores.selection.getState().neuron !== marked) stores.selection.setState({ neuron: marked });
  }

  function leave() {
    setPointed(undefined);
    setCorner(undefined);
    stores.selection.setState({ neuron: undefined });
  }

  function pick(x: number, y: number, size: Size, reach: number) {
    const found = neuronAt(x, y, size, reach);
    if (stores.selection.getState().box) stores.selection.setState({ box: undefined });
    if (!found?.neuron || !layout || selecting) return;
    if (mapView || found.marked) session.openCard(found.neuron);
    else openStrongest(found.neuron, layout);
  }

  /** Opens the most active neuron of a bin of the whole map, once its values are there. */
  function openStrongest(neuron: NeuronRef, layout: NeuronLayout) {
    const token = { lane: at.lane, position: at.position };
    details.whenKnown(token, (values) => {
      session.openCard(strongestIn(neuron, layout, record.shape.bins, values));
    });
  }

  function key(event: KeyboardEvent<HTMLCanvasElement>) {
    if (!layout || !view || event.ctrlKey || event.metaKey || event.altKey) return;
    const size = { width: event.currentTarget.clientWidth, height: event.currentTarget.clientHeight };
    const pointing = event.shiftKey || selecting;
    const neuron = pointing ? neuronAfterKey(event.key, pointed, view, layout, size) : undefined;
    const next = viewAfterKey(event.key, view, layout, size);
    if (neuron) {
      setPointed(neuron);
      setMapView(stores, layout, viewWith(neuron, view, layout, size));
      if (corner) stores.selection.setState({ box: boxOf(corner, neuron) });
    } else if (event.key === ' ' && selecting && pointed) {
      setCorner(corner ? undefined : pointed);
      stores.selection.setState({ box: boxOf(corner ?? pointed, pointed) });
    } else if (event.key === 'Enter' && pointed) session.openCard(pointed);
    else if (next) setMapView(stores, layout, next);
    else return;
    event.preventDefault();
  }

  const height = layersHeight(record.shape.layers || (layout?.widths.length ?? 0));
  const values = quantity === 'factor' ? undefined : source.values(at, quantity);
  const layers = layout?.widths.length ?? 0;
  return (
    <section className="panel neuron-map" aria-label="All neurons">
      <div className="panel-head">
        <h2>
          <b>c</b> All neurons
        </h2>
        <MapTools
          quantity={quantity}
          selecting={selecting}
          onSelecting={(next) => stores.selection.setState({ selecting: next })}
          canvas={canvas}
        />
      </div>
      <div className="panel-line">
        <p className="readout">
          {layout &&
            (pointed
              ? quantity === 'factor'
                ? `× ${factorOf(shownSteering(stores, record), pointed).toFixed(2)} in layer ${pointed.layer}, neuron ${pointed.neuron}`
                : describePointed(pointed, layout, record.shape.bins, values, quantity)
              : `${counted(layout.total, 'neuron')} of ${counted(layers, 'layer')}`)}
        </p>
        {quantity === 'factor' ? (
          <Legend scale={{ max: 1, signed: true }} ends={['× 0', '× 3']} />
        ) : (
          values && <Legend scale={values.scale} />
        )}
      </div>
      <div className="plot" style={{ height }}>
        {view && <LayerAxis layers={layers} view={view} height={height} />}
        <CanvasView
          label="Neuron map"
          description={`${quantity === 'difference' ? 'Steered minus unsteered activation (CETT)' : quantity === 'factor' ? 'Scales' : 'Activation (CETT)'} of all neurons, a row a layer, while the model reads position ${at.position} of ${laneNames[at.lane]}. Plus and minus zoom, arrows move, 0 shows all, Shift and arrows point at a neuron, Enter opens it.`}
          className={selecting ? 'canvas-select' : mapView ? 'canvas-pan' : undefined}
          canvas={canvas}
          paint={paint}
          subscribe={subscribe}
          onPoint={point}
          onLeave={leave}
          onPick={pick}
          onKeyDown={key}
          onBlur={leave}
        />
        {wheelHint && (
          <p className="map-hint" role="status">
            {wheelHint}
          </p>
        )}
      </div>
      {view && <NeuronAxis view={view} />}
      <BrushBar />
      <p className="hidden-text" role="status">
        {card && `Neuron ${formatNeuron(card)} chosen`}
      </p>
      <NeuronMapTable source={source} />
    </section>
  );
}

function boxOf(a: NeuronRef, b: NeuronRef): NeuronBox {
  return {
    layers: [Math.min(a.layer, b.layer), Math.max(a.layer, b.layer)],
    neurons: [Math.min(a.neuron, b.neuron), Math.max(a.neuron, b.neuron)],
  };
}

/** The marked neuron within reach of a point, the nearest one. */
function nearest(
  marks: readonly NeuronRef[],
  x: number,
  y: number,
  view: MapView,
  size: PlotSize,
  layers: number,
  reach: number,
): NeuronRef | undefined {
  let best: NeuronRef | undefined;
  let least = reach;
  for (const mark of marks) {
    const centreX = neuronX(mark.neuron + 0.5, view, size);
    const centreY = rowY(mark.layer, layers, view, size) + size.height / view.height / 2;
    const away = Math.hypot(x - centreX, y - centreY);
    if (away < least) [best, least] = [mark, away];
  }
  return best;
}
