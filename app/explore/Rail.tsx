import { ErrorBoundary } from '../shell/ErrorBoundary.tsx';
import { Ask } from './Ask.tsx';
import { Steer } from './Steer.tsx';

/** What is asked and how it is steered. */
export function Rail() {
  return (
    <aside className="rail" aria-label="Controls">
      <ErrorBoundary what="the question">
        <Ask />
      </ErrorBoundary>
      <ErrorBoundary what="the sliders">
        <Steer />
      </ErrorBoundary>
    </aside>
  );
}
