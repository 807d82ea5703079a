import type { StoreApi } from 'zustand/vanilla';
import type { Identification } from '../identify/state/identification.ts';
import type { Impact } from '../impact/state/impact.ts';
import type { Origins } from '../origins/state/origins.ts';
import type { Job } from '../studies/study-job.ts';
import { describeTimeLeft } from '../ui/progress.ts';
import type { PageName } from './page.ts';

/** Long work that goes on whatever page is shown, for the bar. */
export interface BarJob {
  readonly page: PageName;
  /** What is done, in words: "Asking questions". */
  readonly title: string;
  /** 0 to 1; undefined where it is not known. */
  readonly share: number | undefined;
  /** How far it is, in words: "34 of 200, about 3 min left". */
  readonly numbers: string;
  readonly state: 'running' | 'waiting' | 'paused' | 'failed';
  readonly pause?: () => void;
  readonly resume?: () => void;
}

interface Run {
  readonly status: string;
  readonly progress?: { readonly done: number; readonly total: number; readonly left: number | undefined };
}

function runJob(
  { status, progress }: Run,
  words: Pick<BarJob, 'page' | 'title'>,
  actions: { pause(): void; resume(): Promise<void> },
): BarJob[] {
  if (status !== 'running' && status !== 'waiting' && status !== 'paused' && status !== 'failed') return [];
  const goes = status === 'running' || status === 'waiting';
  const { done, total, left } = progress ?? { done: 0, total: 0, left: undefined };
  const counts = progress ? `${done.toLocaleString('en')} of ${total.toLocaleString('en')}` : 'starting';
  const time = goes && left !== undefined && left >= 1 ? `, ${describeTimeLeft(left)}` : '';
  return [
    {
      ...words,
      state: status,
      share: total > 0 ? done / total : undefined,
      numbers: `${counts}${time}`,
      ...(goes ? { pause: actions.pause } : { resume: () => void actions.resume() }),
    },
  ];
}

function studyJob({ status, progress }: Job<unknown>, page: PageName, title: string): BarJob[] {
  if (status !== 'running') return [];
  const total = progress?.total;
  return [
    {
      page,
      title,
      state: 'running',
      share: progress && total ? Math.min(1, progress.done / total) : undefined,
      numbers: progress?.stage ?? '',
    },
  ];
}

export interface Works {
  readonly identification: Identification;
  readonly impact: Impact;
  readonly origins: Origins;
}

/** The long work of all pages as it is now. */
export function jobsOf({ identification, impact, origins }: Works): readonly BarJob[] {
  const found = identification.store.getState();
  const swept = impact.store.getState();
  return [
    ...runJob(found, { page: 'identify', title: 'Asking questions' }, identification),
    ...studyJob(found.learning, 'identify', 'Finding neurons'),
    ...studyJob(found.evaluating, 'identify', 'Testing a set'),
    ...runJob(swept, { page: 'impact', title: 'Sweep' }, impact),
    ...studyJob(origins.store.getState().comparing, 'origins', 'Comparing models'),
  ];
}

/** The stores that `jobsOf` reads. */
export function jobStores({ identification, impact, origins }: Works): readonly StoreApi<unknown>[] {
  return [identification.store, impact.store, origins.store] as unknown as readonly StoreApi<unknown>[];
}
