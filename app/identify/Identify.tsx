import { useEffect } from 'react';
import { useStore } from 'zustand';
import { useSession, useWorks } from '../explore/state/hooks.ts';
import { Answers } from './Answers.tsx';
import { IdentificationContext } from './context.ts';
import { Find } from './Find.tsx';
import { Questions } from './Questions.tsx';
import { RunPanel } from './RunPanel.tsx';
import { UseSet } from './UseSet.tsx';

/** The paper's first result from scratch: ask, judge, find the neurons, and test what they are worth. */
export function Identify() {
  const { identification } = useWorks();
  useEffect(() => {
    void identification.refresh();
  }, [identification]);
  const { found } = useSession().stores;
  const set = useStore(identification.store, (state) => state.learning.result?.set);
  useEffect(() => found.setState({ set }), [found, set]);
  return (
    <IdentificationContext value={identification}>
      <main className="identify" id="identify">
        <header className="identify-head">
          <h2>Which neurons are active when the model makes things up?</h2>
          <p>
            Ask the model many short questions, ten times each. Where it keeps giving the right answer it
            knows; where it keeps giving the same wrong one it makes something up. A classifier then looks for
            the few neurons that tell the two apart (H-Neurons), and is tested on answers that it has not
            seen, beside simpler ways to tell.
          </p>
        </header>
        <Questions />
        <RunPanel />
        <Answers />
        <Find />
        <UseSet />
      </main>
    </IdentificationContext>
  );
}
