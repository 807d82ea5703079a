import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { type RefObject, useEffect, useState } from 'react';
import type { NeuronLayout } from '../../src/neurons/types.ts';
import { boxBetween, mostZoom, panned, sameView, wholeView, zoomed, zoomOf } from '../charts/map-view.ts';
import { isApple } from '../ui/keys.ts';
import { useSession } from './state/hooks.ts';
import type { Stores } from './state/stores.ts';

/** Puts a view in place; one that shows everything is none. */
export function setMapView(stores: Stores, layout: NeuronLayout, view: ReturnType<typeof zoomed>): void {
  stores.view.setState({ mapView: sameView(view, wholeView(layout)) ? undefined : view });
}

/**
 * Wheel, pinch and drag on the neuron map's canvas; with Shift, or while `selecting`, a drag brushes neurons. A wheel
 * zooms with Ctrl or ⌘ (a pinch on a touchpad says so, too) or while the map has the focus; else it scrolls the page.
 * @returns how to zoom, in a sentence, after a wheel that scrolled the page instead
 */
export function useMapGestures(
  canvas: RefObject<HTMLCanvasElement | null>,
  layout: NeuronLayout | undefined,
  selecting: boolean,
): string | undefined {
  const { stores } = useSession();
  const [hint, setHint] = useState<string>();
  useEffect(() => {
    const element = canvas.current;
    if (!element || !layout) return;
    const whole = wholeView(layout);
    const size = () => ({ width: element.clientWidth, height: element.clientHeight });
    const viewNow = () => stores.view.getState().mapView ?? whole;
    let last: ZoomTransform = zoomIdentity;

    const behaviour = zoom<HTMLCanvasElement, unknown>()
      .filter((event: MouseEvent | WheelEvent | TouchEvent) => {
        const { width, height } = size();
        behaviour
          .extent([
            [0, 0],
            [width, height],
          ])
          .scaleExtent([1, mostZoom(whole, size())])
          .translateExtent([
            [0, -Infinity],
            [width, Infinity],
          ]);
        if (event.type === 'wheel')
          return event.ctrlKey || event.metaKey || document.activeElement === element;
        if ('touches' in event)
          return !selecting && (event.touches.length > 1 || stores.view.getState().mapView !== undefined);
        return !selecting && !event.shiftKey && event.button === 0;
      })
      .on('zoom', ({ transform }: D3ZoomEvent<HTMLCanvasElement, unknown>) => {
        const ratio = transform.k / last.k;
        const [dx, dy] = [transform.x - ratio * last.x, transform.y - ratio * last.y];
        last = transform;
        const view =
          ratio === 1
            ? panned(viewNow(), whole, size(), dx, dy)
            : zoomed(viewNow(), whole, size(), ratio, dx / (1 - ratio), dy / (1 - ratio));
        setMapView(stores, layout, view);
      });

    /** Gestures go on from where buttons, keys or a link have put the view. */
    function follow(): void {
      const view = viewNow();
      const k = zoomOf(view, whole);
      const x = (-view.left * size().width) / view.width;
      if (Math.abs(k - last.k) < 1e-6 * k && Math.abs(x - last.x) < 0.1) return;
      last = zoomIdentity.translate(x, last.y).scale(k);
      selection.property('__zoom', last);
    }

    const selection = select(element).call(behaviour).on('dblclick.zoom', null);
    follow();
    const stop = stores.view.subscribe(follow);
    return () => {
      stop();
      selection.on('.zoom', null);
    };
  }, [canvas, layout, selecting, stores]);

  useEffect(() => {
    const element = canvas.current;
    if (!element || !layout) return;
    let corner: readonly [number, number] | undefined;
    let brushed = false;
    const place = (event: PointerEvent) => {
      const box = element.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top] as const;
    };
    const down = (event: PointerEvent) => {
      if (event.button !== 0 || !(selecting || event.shiftKey)) return;
      corner = place(event);
      brushed = false;
      element.setPointerCapture(event.pointerId);
    };
    const move = (event: PointerEvent) => {
      if (!corner) return;
      brushed = true;
      const size = { width: element.clientWidth, height: element.clientHeight };
      const view = stores.view.getState().mapView ?? wholeView(layout);
      stores.selection.setState({ box: boxBetween(corner, place(event), view, size, layout) });
    };
    const up = () => {
      corner = undefined;
    };
    /** The click that ends a drag opens no neuron. */
    const click = (event: MouseEvent) => {
      if (brushed) event.stopPropagation();
      brushed = false;
    };
    const wheel = (event: WheelEvent) => {
      const zooms = event.ctrlKey || event.metaKey || document.activeElement === element;
      setHint(zooms ? undefined : `${isApple() ? '⌘' : 'Ctrl'} and the wheel zoom the map`);
    };
    const left = () => setHint(undefined);
    // The zoom ends the events that it takes; in the capture phase they are seen before.
    element.addEventListener('wheel', wheel, { passive: true, capture: true });
    element.addEventListener('pointerleave', left);
    element.addEventListener('pointerdown', left);
    element.addEventListener('pointerdown', down);
    element.addEventListener('pointermove', move);
    element.addEventListener('pointerup', up);
    element.addEventListener('pointercancel', up);
    element.addEventListener('click', click);
    return () => {
      element.removeEventListener('wheel', wheel, { capture: true });
      element.removeEventListener('pointerleave', left);
      element.removeEventListener('pointerdown', left);
      element.removeEventListener('pointerdown', down);
      element.removeEventListener('pointermove', move);
      element.removeEventListener('pointerup', up);
      element.removeEventListener('pointercancel', up);
      element.removeEventListener('click', click);
    };
  }, [canvas, layout, selecting, stores]);

  return hint;
}
