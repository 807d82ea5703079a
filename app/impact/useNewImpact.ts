import { useState } from 'react';
import { useSession } from '../state/hooks.ts';
import { createImpact, type Impact } from '../state/impact.ts';
import { createStudyClient, keepStorage } from '../state/study.ts';

/** The sweeps around this page's session, made when the page is first opened. */
export function useNewImpact(): Impact {
  const { client, stores } = useSession();
  const [impact] = useState(() =>
    createImpact({
      engine: client,
      study: createStudyClient(),
      stores,
      now: () => performance.now(),
      keepStorage,
    }),
  );
  return impact;
}
