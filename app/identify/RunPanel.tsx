import { useStore } from 'zustand';
import { counted } from '../../src/lib/count.ts';
import { formerIdentityNote } from '../../src/neurons/identity.ts';
import { useSession } from '../explore/state/hooks.ts';
import { ModelSources } from '../models/ModelSources.tsx';
import { ProgressBar } from '../ui/ProgressBar.tsx';
import { answerSize, rateText, runTitle } from '../ui/run-words.ts';
import { Part } from '../ui/Step.tsx';
import { useEstimate } from '../ui/useEstimate.ts';
import { WorkControls } from '../ui/WorkControls.tsx';
import { shownReply, statusWords } from './answer-rows.ts';
import { CountsBar } from './CountsBar.tsx';
import { useIdentification, useIdentificationState, useRecords } from './context.ts';
import { EarlierRuns } from './EarlierRuns.tsx';

/** The run over the questions: start, pause, resume, and how far it is. */
export function RunPanel() {
  const model = useStore(useSession().stores.model);
  const error = useIdentificationState((state) => state.error);
  const open = useIdentificationState((state) => state.run !== undefined);
  const neurons = model.model?.layout.total;
  return (
    <Part
      number={2}
      title="Ask"
      about={
        <p>
          Every reply is judged by rule: it is right where it holds an accepted answer. The page can be used
          meanwhile, and closed: questions, replies and activations are stored in this browser as they come
          {neurons !== undefined && ` (${answerSize(neurons)} an answer)`}, and nothing leaves your machine.
        </p>
      }
    >
      {model.status !== 'ready' && (
        <div className="load">
          <ModelSources state={model} />
        </div>
      )}
      {open && <Progress />}
      <Controls ready={model.status === 'ready'} />
      <p className="message" role="alert">
        {error}
      </p>
      <EarlierRuns />
    </Part>
  );
}

const moreAtOnce = 50;
/** Replies to a question that a question's pace is told for. */
const usualSamples = 10;

/** What can be done with the run now. */
function Controls({ ready }: { readonly ready: boolean }) {
  const identification = useIdentification();
  const status = useIdentificationState((state) => state.status);
  const set = useIdentificationState((state) => state.set);
  const limit = useIdentificationState((state) => state.limit);
  useRecords();
  const more = status === 'done' ? Math.min(moreAtOnce, identification.furtherQuestions().length) : 0;
  const samples = useIdentificationState((state) => state.settings.samples);
  const count = Math.min(limit ?? Number.POSITIVE_INFINITY, set?.questions.length ?? 0);
  return (
    <WorkControls
      status={status}
      ready={ready}
      noun="run"
      startLabel={`Ask ${counted(count, 'question')}`}
      canStart={count > 0}
      estimate={useEstimate('question', (count * samples) / usualSamples)}
      doneText="all questions are asked"
      more={
        more > 0
          ? {
              label: `Ask ${more} more question${more === 1 ? '' : 's'}`,
              ask: () => void identification.askMore(more),
            }
          : undefined
      }
      actions={identification}
    />
  );
}

/** Counts, rate and the question asked last. */
function Progress() {
  const manifest = useIdentificationState((state) => state.manifest);
  const progress = useIdentificationState((state) => state.progress);
  const notes = useIdentificationState((state) => state.notes) ?? [];
  const last = useRecords().at(-1);
  if (!progress) return null;
  const { done, total, counts } = progress;
  return (
    <div className="run-progress">
      <ProgressBar
        label="Questions asked"
        share={total === 0 ? 1 : done / total}
        numbers={rateText(progress)}
      >
        {done.toLocaleString('en')} of {total.toLocaleString('en')} questions
        {manifest && (
          <span className="muted">
            {' '}
            <bdi>{runTitle(manifest)}</bdi>
          </span>
        )}
      </ProgressBar>
      {manifest && !manifest.model.identity && <p className="muted">{formerIdentityNote('The run')}</p>}
      {notes.map((note) => (
        <p key={note} className="muted">
          {note}
        </p>
      ))}
      <CountsBar counts={counts} />
      {last && (
        <p className="run-last">
          <span className="muted">Last: </span>
          <bdi>{last.question.question}</bdi> <q dir="auto">{shownReply(last)}</q>{' '}
          <span className="muted">{statusWords[last.status]}</span>
        </p>
      )}
    </div>
  );
}
