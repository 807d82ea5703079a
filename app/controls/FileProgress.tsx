import { Button } from 'react-aria-components';
import type { Progress } from '../../src/protocol/messages.ts';
import { describeProgress } from '../state/progress.ts';
import { ProgressBar } from './ProgressBar.tsx';

interface Props {
  /** `start` until the first report comes. */
  readonly progress: Progress | 'start';
  readonly onStop: () => void;
}

/** Shows the progress of a file's reading, with a button that stops it. */
export function FileProgress({ progress, onStop }: Props) {
  const share = progress !== 'start' && progress.total ? progress.done / progress.total : undefined;
  return (
    <div className="identify-row">
      <ProgressBar
        label="Reading the file"
        share={share}
        numbers={progress !== 'start' && progress.unit === 'bytes' && describeProgress(progress)}
      >
        Reading the file
      </ProgressBar>
      <Button className="button-plain" onPress={onStop}>
        Stop
      </Button>
    </div>
  );
}
