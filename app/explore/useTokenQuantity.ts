import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { useStore } from 'zustand';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { useRecord, useSession } from './state/hooks.ts';
import { laneIndices } from './state/record.ts';
import { createTokenScorer } from './state/score.ts';
import { useShownSteering } from './state/shown.ts';
import type { SelectionState } from './state/slices/selection.ts';
import { type TokenQuantity, tokenQuantity } from './tokenColour.ts';

/** The neuron that tokens are coloured by: the one whose card is open. */
export function colouringNeuron({ card }: SelectionState): NeuronRef | undefined {
  return card;
}

/** What the tokens are coloured by now; fetches what is missing of a neuron that does not come with every position. */
export function useTokenQuantity(): TokenQuantity | undefined {
  const { stores, details } = useSession();
  const record = useRecord();
  const colour = useStore(stores.view, (state) => state.colour);
  const neuron = useStore(stores.selection, (state) => colouringNeuron(state));
  const steering = useShownSteering();
  const { watched } = record.shape;
  const scorer = useMemo(() => createTokenScorer(steering, watched), [steering, watched]);
  const running = useStore(stores.run, ({ status }) => status === 'running');
  useSyncExternalStore(details.subscribe, details.version);

  const key = neuron && formatNeuron(neuron);
  const missing =
    colour === 'neuron' &&
    key !== undefined &&
    !running &&
    !watched.some((other) => formatNeuron(other) === key);
  useEffect(() => {
    if (missing && neuron) details.wantSeries(neuron, laneIndices);
  }, [missing, neuron, details]);

  return tokenQuantity(colour, { record, scorer, neuron, series: details.series });
}
