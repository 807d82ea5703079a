import { useState } from 'react';
import { useSession } from '../state/hooks.ts';
import { createIdentification, type Identification } from '../state/identification.ts';
import { everyOtherFrame } from '../state/pacing.ts';
import { createStudyClient, keepStorage } from '../state/study.ts';

/** The identification around this page's session, made when the page is first opened. */
export function useNewIdentification(): Identification {
  const { client, stores } = useSession();
  const [identification] = useState(() =>
    createIdentification({
      engine: client,
      study: createStudyClient(),
      stores,
      schedule: everyOtherFrame(requestAnimationFrame),
      keepStorage,
    }),
  );
  return identification;
}
