import { useStore } from 'zustand';
import { useRecord, useSession } from './state/hooks.ts';
import { captionQuestion, type Outdated, scalingWords } from './state/shown.ts';

/** Which question the answers below are to and how they were scaled, and what of that fields and sliders say otherwise. */
export function RunCaption({ outdated }: { readonly outdated: Outdated }) {
  const { stores } = useSession();
  const { made } = useRecord().lane(1).current;
  const { model, status } = useStore(stores.model);
  if (!made) return <p className="run-caption" data-export="none" />;
  const isReady = status === 'ready';
  return (
    <p className="run-caption" data-export="none">
      <q>
        <bdi>{captionQuestion(made.asked)}</bdi>
      </q>{' '}
      <span className="muted">
        {model && <bdi>{model.name}</bdi>}. Scaled: <bdi>{scalingWords(made)}</bdi>.
      </span>
      <span className="run-outdated" role="status">
        {outdated.question
          ? `These answers are to an earlier question. ${isReady ? 'Press Run to ask the new one.' : 'The new one is asked when the model is ready.'}`
          : outdated.lanes.some(Boolean) &&
            `The dimmed answers were made with other settings. ${isReady ? 'Press Run to answer with the new ones.' : 'Your change is answered when the model is ready.'}`}
      </span>
    </p>
  );
}
