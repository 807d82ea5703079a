import { Ask } from './Ask.tsx';
import { Steer } from './Steer.tsx';

/** What is asked and how it is steered. */
export function Rail() {
  return (
    <aside className="rail" aria-label="Controls">
      <Ask />
      <Steer />
    </aside>
  );
}
