import { Button } from 'react-aria-components';
import { ProgressBar } from './ProgressBar.tsx';
import { describeProgress } from './progress.ts';
import type { Reading } from './useReading.ts';

interface Props {
  readonly reading: Pick<Reading, 'progress' | 'stop'>;
  /** What is done, for the bar's name and until the first report comes. */
  readonly label?: string;
}

/** Shows the progress of a file's reading, with a button that stops it; nothing while nothing is read. */
export function FileProgress({ reading: { progress, stop }, label = 'Reading the file' }: Props) {
  if (progress === undefined) return null;
  const share = progress !== 'start' && progress.total ? progress.done / progress.total : undefined;
  return (
    <div className="identify-row">
      <ProgressBar
        label={label}
        share={share}
        numbers={progress !== 'start' && progress.unit === 'bytes' && describeProgress(progress)}
      >
        {progress === 'start' || progress.stage === 'Reading' ? label : progress.stage}
      </ProgressBar>
      <Button className="button-plain" onPress={stop}>
        Stop
      </Button>
    </div>
  );
}
