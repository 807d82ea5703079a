import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useWorks } from '../explore/state/hooks.ts';
import { Result } from './Result.tsx';
import { Setup } from './Setup.tsx';

/** The paper's third result: were the neurons there before the model was trained to answer? */
export function Origins() {
  const { origins } = useWorks();
  const report = useStore(origins.store, (state) => state.comparing.result);
  useEffect(() => {
    void origins.refresh();
  }, [origins]);
  return (
    <main className="identify origins" id="origins">
      <header className="identify-head">
        <h2>Were they there before the model learnt to answer?</h2>
        <p>
          The paper found that H-Neurons come from pre-training: training to answer hardly moves them, and
          they tell made-up answers of the base model, too. Here you compare any base model with the model
          that was made from it.
        </p>
      </header>
      <Setup origins={origins} />
      <Result report={report} />
    </main>
  );
}
