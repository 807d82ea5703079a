import { useEffect } from 'react';
import { useWorks } from '../explore/state/hooks.ts';
import { ImpactContext } from './context.ts';
import { Result } from './Result.tsx';
import { Setup } from './Setup.tsx';
import { SweepPanel } from './SweepPanel.tsx';

/** The paper's second result: does turning the neurons change behaviour, beyond what turning any neurons does? */
export function Impact() {
  const { impact } = useWorks();
  useEffect(() => {
    void impact.refresh();
  }, [impact]);
  return (
    <ImpactContext value={impact}>
      <main className="identify impact" id="impact">
        <header className="identify-head">
          <h2>Does turning them change what the model goes along with?</h2>
          <p>
            The paper found that H-Neurons make a model over-compliant: turned up, it goes along more often
            with false premises, misleading texts and doubts without a reason. Here they are turned from off
            to three times as strong, beside random neurons of the same layers, and you see what changes.
          </p>
        </header>
        <Setup />
        <SweepPanel />
        <Result />
      </main>
    </ImpactContext>
  );
}
