import { createIdentification } from './identification.ts';
import { createImpact } from './impact.ts';
import type { Works } from './jobs.ts';
import { createOrigins } from './origins.ts';
import { everyOtherFrame } from './pacing.ts';
import type { Session } from './session.ts';
import { keepStorage, type StudyClient } from './study.ts';

/** The long work of the pages, around one session and one study worker; it goes on whatever page is shown. */
export function createWorks({ client, stores }: Session, study: StudyClient): Works {
  return {
    identification: createIdentification({
      engine: client,
      study,
      stores,
      schedule: everyOtherFrame(requestAnimationFrame),
      keepStorage,
    }),
    impact: createImpact({ engine: client, study, stores, now: () => performance.now(), keepStorage }),
    origins: createOrigins(study),
  };
}
