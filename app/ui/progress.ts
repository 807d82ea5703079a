import { CACHED_STAGE, type Progress } from '../../src/lib/bytes/progress.ts';

/** Tells the seconds left of a stage from its mean rate so far; undefined in the first second and where the total is unknown. */
export function createEstimator(now: () => number): (progress: Progress) => number | undefined {
  let stage: string | undefined;
  let startTime = 0;
  let startDone = 0;
  return (progress) => {
    if (progress.stage !== stage) {
      stage = progress.stage;
      startTime = now();
      startDone = progress.done;
    }
    const seconds = (now() - startTime) / 1000;
    const done = progress.done - startDone;
    if (progress.total === undefined || seconds < 1 || done <= 0) return undefined;
    return (Math.max(0, progress.total - progress.done) * seconds) / done;
  };
}

/** How far loading is as a whole. */
export interface LoadProgress extends Progress {
  /** Of all stages together, from 0 to 1; it never goes back. */
  readonly share: number;
  /** Whether the file came from this browser's cache. */
  readonly cached: boolean;
  /** Of the present stage, where its rate tells it. */
  readonly secondsLeft?: number;
  /** Bytes a second of the present stage so far. */
  readonly rate?: number;
}

/** Parts of the bar: the download, the preparation that follows it, and what is short behind these. */
const downloadShare = 0.7;
const byteShare = 0.96;

/**
 * Makes one measure of all stages of loading: bytes that come, then bytes that are prepared, then the start.
 * @param size bytes of the file, where they are known; servers that compress do not tell
 */
export function createMeter(now: () => number, size?: number): (progress: Progress) => LoadProgress {
  const estimate = createEstimator(now);
  let stage: string | undefined;
  let stageStart = 0;
  let share = 0;
  let stages = 0;
  let cached = false;
  return (told) => {
    const total = told.total ?? (told.unit === 'bytes' ? size : undefined);
    const progress = { ...told, total };
    if (progress.stage !== stage) {
      stage = progress.stage;
      stageStart = share;
      stages += 1;
    }
    cached ||= stage === CACHED_STAGE;
    const { done, unit } = progress;
    const part = total ? Math.min(1, done / total) : 0;
    const end = stages === 1 && unit === 'bytes' ? downloadShare : byteShare;
    const reached = unit === 'bytes' ? stageStart + part * Math.max(0, end - stageStart) : byteShare;
    share = Math.max(share, reached);
    const secondsLeft = estimate(progress);
    const rate = secondsLeft && unit === 'bytes' ? ((total ?? done) - done) / secondsLeft : undefined;
    return { ...progress, share, cached, secondsLeft, rate };
  };
}

/** "12.3 MB of 98.4 MB", "3 of 30", or without a total. The part never exceeds the whole. */
export function describeProgress({ done, total, unit }: Progress): string {
  const part = total === undefined ? done : Math.min(done, total);
  const text = (n: number) => (unit === 'bytes' ? `${(n / 1e6).toFixed(1)} MB` : String(n));
  return total === undefined ? text(part) : `${text(part)} of ${text(total)}`;
}

/** "4.1 MB/s". */
export function describeRate(rate: number): string {
  return `${(rate / 1e6).toFixed(1)} MB/s`;
}

/** "about 20 s left", "about 3 min left". */
export function describeTimeLeft(seconds: number): string {
  if (seconds < 1.5) return 'almost done';
  return seconds < 90 ? `about ${Math.ceil(seconds)} s left` : `about ${Math.round(seconds / 60)} min left`;
}
