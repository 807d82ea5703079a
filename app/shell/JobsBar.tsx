import { useCallback, useMemo, useRef, useSyncExternalStore } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { usePages, useWorks } from '../explore/state/hooks.ts';
import { DocumentTitle } from './DocumentTitle.tsx';
import { type BarJob, jobStores, jobsOf } from './jobs.ts';

/** Long work as it is now; the same list until something in it changes. */
function useJobs(): readonly BarJob[] {
  const works = useWorks();
  const stores = useMemo(() => jobStores(works), [works]);
  const last = useRef<{ readonly text: string; readonly jobs: readonly BarJob[] }>(undefined);
  const subscribe = useCallback(
    (listener: () => void) => {
      const leaves = stores.map((store) => store.subscribe(listener));
      return () => {
        for (const leave of leaves) leave();
      };
    },
    [stores],
  );
  return useSyncExternalStore(subscribe, () => {
    const jobs = jobsOf(works);
    const text = JSON.stringify(jobs);
    if (last.current?.text !== text) last.current = { text, jobs };
    return last.current.jobs;
  });
}

const stateWords: Readonly<Record<BarJob['state'], string>> = {
  running: '',
  waiting: 'waits while the model answers in the explorer; ',
  paused: 'paused; ',
  failed: 'stopped; ',
};

/** Long work, seen on every page: how far it is, how long it takes, and the way to it. */
export function JobsBar() {
  const jobs = useJobs();
  return (
    <>
      <DocumentTitle jobs={jobs} />
      {jobs.length > 0 && <Jobs jobs={jobs} />}
    </>
  );
}

function Jobs({ jobs }: { readonly jobs: readonly BarJob[] }) {
  return (
    <section className="jobs" aria-label="Work in progress">
      {jobs.map((job) => (
        <JobItem key={`${job.page} ${job.title}`} job={job} />
      ))}
    </section>
  );
}

function JobItem({ job: { page, title, share, numbers, state, pause, resume } }: { readonly job: BarJob }) {
  const { store, go } = usePages();
  const isHere = useStore(store, (state) => state.page === page);
  return (
    <div className="job" data-state={state}>
      <span>
        <b>{title}</b>{' '}
        <span className="muted">
          {stateWords[state]}
          {numbers}
        </span>
      </span>
      {share !== undefined && <progress aria-label={title} value={share} max={1} />}
      {pause && (
        <Button className="button-plain" aria-label={`Pause: ${title}`} onPress={pause}>
          Pause
        </Button>
      )}
      {resume && (
        <Button className="button-plain" aria-label={`Resume: ${title}`} onPress={resume}>
          Resume
        </Button>
      )}
      {!isHere && (
        <Button className="button-plain" aria-label={`Open: ${title}`} onPress={() => go(page)}>
          Open
        </Button>
      )}
    </div>
  );
}
