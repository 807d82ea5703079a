import { useStore } from 'zustand';
import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { LayerProfile } from './LayerProfile.tsx';
import { LoadPanel } from './LoadPanel.tsx';
import { NeuronCard } from './NeuronCard.tsx';
import { NeuronMap } from './NeuronMap.tsx';
import { NextTokens } from './NextTokens.tsx';
import { Rail } from './Rail.tsx';
import { useRecord, useSession } from './state/hooks.ts';
import { Tokens } from './Tokens.tsx';

/** The explorer: controls, and one figure of linked parts. */
export function Explore() {
  const { model } = useSession().stores;
  const record = useRecord();
  const checking = useStore(model, ({ status }) => status === 'checking');
  // The first run comes within a moment; until then an empty figure would only make room for it and move.
  const starting = checking && record.prompt.length === 0;
  return (
    <div className="explore" data-starting={starting}>
      <Rail />
      <main className="figure" id="explore">
        <LoadPanel />
        <ErrorBoundary what="the answers">
          <Tokens />
        </ErrorBoundary>
        <div className="lower">
          <ErrorBoundary what="the neuron map">
            <NeuronMap />
          </ErrorBoundary>
          <ErrorBoundary what="the neuron’s card">
            <NeuronCard />
          </ErrorBoundary>
          <ErrorBoundary what="the layers">
            <LayerProfile />
          </ErrorBoundary>
          <ErrorBoundary what="the next tokens">
            <NextTokens />
          </ErrorBoundary>
        </div>
      </main>
    </div>
  );
}
