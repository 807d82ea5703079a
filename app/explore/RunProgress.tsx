import { useStore } from 'zustand';
import { ProgressBar } from '../controls/ProgressBar.tsx';
import { useSession } from '../state/hooks.ts';

/** How far the reading of a long prompt is, or how fast the last answer came. */
export function RunProgress() {
  const { status, reading, msPerToken } = useStore(useSession().stores.run);
  if (reading)
    return (
      <ProgressBar
        label="Reading the prompt"
        share={reading.done / reading.total}
        numbers={`${reading.done.toLocaleString('en')} of ${reading.total.toLocaleString('en')} tokens`}
      >
        Reading the prompt
      </ProgressBar>
    );
  return (
    <p className="muted run-speed">
      {status === 'running'
        ? 'Answering'
        : msPerToken !== undefined && `${msPerToken.toFixed(0)} ms per token`}
    </p>
  );
}
