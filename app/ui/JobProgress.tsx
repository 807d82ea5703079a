import type { Progress } from '../../src/lib/bytes/progress.ts';
import { ProgressBar } from './ProgressBar.tsx';

/** How far the statistics are: the stage, and how much of it is done. */
export function JobProgress({
  label,
  progress,
}: {
  readonly label: string;
  readonly progress: Progress | undefined;
}) {
  const total = progress?.total;
  const share = progress && total ? Math.min(1, progress.done / total) : undefined;
  return (
    <ProgressBar
      label={label}
      share={share}
      numbers={
        progress && total
          ? `${progress.done.toLocaleString('en')} of ${total.toLocaleString('en')}`
          : undefined
      }
    >
      {progress?.stage ?? 'Reading the answers'}
    </ProgressBar>
  );
}
