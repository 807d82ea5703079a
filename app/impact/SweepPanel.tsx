import { useStore } from 'zustand';
import { counted } from '../../src/lib/count.ts';
import { formerIdentityNote } from '../../src/neurons/identity.ts';
import { useSession } from '../explore/state/hooks.ts';
import { ModelSources } from '../models/ModelSources.tsx';
import { ProgressBar } from '../ui/ProgressBar.tsx';
import { Part } from '../ui/Step.tsx';
import { useEstimate } from '../ui/useEstimate.ts';
import { WorkControls } from '../ui/WorkControls.tsx';
import { useImpact, useImpactState } from './context.ts';
import { SweepList } from './SweepList.tsx';
import { versionsOf } from './sweep-choice.ts';
import { paceText, sweepTitle } from './sweep-words.ts';

/** The sweep: start, pause, resume, and how far it is. */
export function SweepPanel() {
  const model = useStore(useSession().stores.model);
  const error = useImpactState((state) => state.error);
  return (
    <Part
      number={2}
      title="Sweep"
      about={
        <p>
          Every item is read under every factor, and so is each random set. The page can be used meanwhile,
          and closed: what is done is stored in this browser, and nothing leaves your machine.
        </p>
      }
    >
      {model.status !== 'ready' && (
        <div className="load">
          <ModelSources state={model} />
        </div>
      )}
      <Progress />
      <Controls ready={model.status === 'ready'} />
      <p className="message" role="alert">
        {error}
      </p>
      <SweepList />
    </Part>
  );
}

/** What can be done with the sweep now. */
function Controls({ ready }: { readonly ready: boolean }) {
  const impact = useImpact();
  const status = useImpactState((state) => state.status);
  const next = useImpactState((state) => state.next);
  const count = next?.suites.reduce((sum, { items }) => sum + items.length, 0) ?? 0;
  return (
    <WorkControls
      status={status}
      ready={ready}
      noun="sweep"
      startLabel={`Sweep over ${counted(count, 'item')}`}
      canStart={count > 0}
      estimate={useEstimate('item', next ? count * versionsOf(next) : 0)}
      doneText="done"
      chooseText="choose neurons and suites first"
      actions={impact}
    />
  );
}

/** How far it is, how fast, and how long it takes. */
function Progress() {
  const manifest = useImpactState((state) => state.manifest);
  const progress = useImpactState((state) => state.progress);
  const finished = useImpactState((state) => state.status === 'done');
  if (!progress) return null;
  const { done, total } = progress;
  const left = finished ? total - done : 0;
  return (
    <ProgressBar
      label="Items asked"
      share={finished || total === 0 ? 1 : done / total}
      numbers={finished ? undefined : paceText(progress)}
    >
      {done.toLocaleString('en')} of {total.toLocaleString('en')} items
      {progress.free && `, ${progress.free.done} of ${progress.free.total} answered freely`}
      {left > 0 && ', the rest was not needed'}
      {manifest && (
        <span className="muted">
          {' '}
          <bdi>{sweepTitle(manifest)}</bdi>
          {!manifest.model.identity && ` ${formerIdentityNote('The sweep')}`}
        </span>
      )}
    </ProgressBar>
  );
}
