import { useState } from 'react';

/**
 * Keeps the parts of a page from sight while what they show first is on its way (identify.css), so that nothing moves when
 * it comes. Once they are shown they stay.
 */
export function Starting({ when }: { readonly when: boolean }) {
  const [started, setStarted] = useState(false);
  if (!when && !started) setStarted(true);
  return started ? null : <span hidden data-starting />;
}
