import { useEffect } from 'react';
import { ErrorBoundary } from '../ErrorBoundary.tsx';
import { useSession } from '../state/hooks.ts';
import { withoutTop } from '../state/slices/selection.ts';
import { isInDialog } from './keys.ts';
import { LayerProfile } from './LayerProfile.tsx';
import { LoadPanel } from './LoadPanel.tsx';
import { NeuronCard } from './NeuronCard.tsx';
import { NeuronMap } from './NeuronMap.tsx';
import { NextTokens } from './NextTokens.tsx';
import { Rail } from './Rail.tsx';
import { Tokens } from './Tokens.tsx';

/** The explorer: controls, and one figure of linked parts. */
export function Explore() {
  const { selection } = useSession().stores;
  useEffect(() => {
    const key = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing || isInDialog(event.target))
        return;
      const next = withoutTop(selection.getState());
      if (next) selection.setState(next);
    };
    addEventListener('keydown', key);
    return () => removeEventListener('keydown', key);
  }, [selection]);
  return (
    <div className="explore">
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
          <ErrorBoundary what="the layers">
            <LayerProfile />
          </ErrorBoundary>
          <ErrorBoundary what="the next tokens">
            <NextTokens />
          </ErrorBoundary>
          <ErrorBoundary what="the neuron’s card">
            <NeuronCard />
          </ErrorBoundary>
        </div>
      </main>
    </div>
  );
}
