import type { RefObject } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { wholeView } from '../charts/map-view.ts';
import { viewAfterKey } from './mapKeys.ts';
import { useSession } from './state/hooks.ts';
import { setMapView } from './useMapGestures.ts';

/** Closer, further and all of the neuron map. */
export function ZoomButtons({ canvas }: { readonly canvas: RefObject<HTMLCanvasElement | null> }) {
  const { stores } = useSession();
  const layout = useStore(stores.model, (state) => state.model?.layout);
  const zoomedIn = useStore(stores.view, (state) => state.mapView !== undefined);

  function press(key: string): void {
    if (!layout || !canvas.current) return;
    const { clientWidth: width, clientHeight: height } = canvas.current;
    const { mapView } = stores.view.getState();
    const next = viewAfterKey(key, mapView ?? wholeView(layout), layout, { width, height });
    if (next) setMapView(stores, layout, next);
  }

  return (
    <>
      <Button className="toggle" aria-label="Zoom out" isDisabled={!zoomedIn} onPress={() => press('-')}>
        −
      </Button>
      <Button className="toggle" aria-label="Zoom in" onPress={() => press('+')}>
        +
      </Button>
      <Button className="toggle" isDisabled={!zoomedIn} onPress={() => press('0')}>
        All
      </Button>
    </>
  );
}
