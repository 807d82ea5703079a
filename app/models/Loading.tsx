import { Button } from 'react-aria-components';
import { useSession } from '../explore/state/hooks.ts';
import type { ModelState } from '../explore/state/slices/model.ts';
import { ProgressBar } from '../ui/ProgressBar.tsx';
import { describeProgress, describeRate, describeTimeLeft } from '../ui/progress.ts';
import { sourceName } from './state/models.ts';

/** One bar over everything that loading does, and the way to stop it. */
export function Loading({ state: { status, source, progress } }: { readonly state: ModelState }) {
  const session = useSession();
  const cached = progress?.cached && progress.total !== undefined && ', from this browser’s cache';
  return (
    <div className="loading">
      <ProgressBar
        label="Loading the model"
        share={progress?.share}
        numbers={
          <>
            {progress?.unit === 'bytes' && describeProgress(progress)}
            {progress?.rate !== undefined && `, ${describeRate(progress.rate)}`}
            {progress?.secondsLeft !== undefined && `, ${describeTimeLeft(progress.secondsLeft)}`}
          </>
        }
      >
        {source && status === 'loading' && (
          <>
            <bdi>{sourceName(source)}</bdi>:{' '}
          </>
        )}
        {progress?.stage ?? 'Looking for the model'}
        {cached}
      </ProgressBar>
      {status === 'loading' && (
        <Button className="button" onPress={session.stopLoading}>
          Cancel
        </Button>
      )}
    </div>
  );
}
