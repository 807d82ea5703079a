import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { ProgressBar } from '../ui/ProgressBar.tsx';
import { useSession } from './state/hooks.ts';

/** Shows the progress of reading a long prompt, that the model is answering, or the speed of the last answer. */
export function RunProgress() {
  const { status, reading, msPerToken } = useStore(useSession().stores.run);
  if (reading)
    return (
      <div className="run-state">
        <ProgressBar label="Reading the prompt" share={reading.done / reading.total}>
          Reading the prompt, {reading.done.toLocaleString('en')} of {reading.total.toLocaleString('en')}{' '}
          tokens
        </ProgressBar>
      </div>
    );
  return (
    <p className="run-state muted">
      {status === 'running'
        ? 'Answering'
        : msPerToken !== undefined && `${msPerToken.toFixed(0)} ms per token`}
    </p>
  );
}

/** On a phone, above the slider at the bottom edge: what is going on, and the way to stop it. */
export function DockedRun() {
  const session = useSession();
  const running = useStore(session.stores.run, ({ status }) => status === 'running');
  if (!running) return null;
  return (
    <div className="dock-run">
      <RunProgress />
      <Button className="button" onPress={session.stop}>
        Stop
      </Button>
    </div>
  );
}
