import { z } from 'zod';
import type { RunSettings } from '../../src/studies/identify/ask.ts';
import { everyOtherFrame } from '../explore/state/pacing.ts';
import type { Session } from '../explore/state/session.ts';
import { createIdentification, type Identification } from '../identify/state/identification.ts';
import { createImpact } from '../impact/state/impact.ts';
import { keep, readKept } from '../link/kept.ts';
import { createOrigins } from '../origins/state/origins.ts';
import { keepStorage, type StudyClient } from '../studies/study.ts';
import type { Works } from './jobs.ts';

const settingsName = 'identify.asking';
const settingsSchema: z.ZodType<RunSettings> = z.object({
  samples: z.int().min(1).max(16),
  agree: z.int().min(1).max(16),
  temperature: z.number().min(0),
  topK: z.int().min(0),
  topP: z.number().min(0).max(1),
  maxTokens: z.int().min(1),
  seed: z.int().min(0),
  instruction: z.string(),
  form: z.literal('plain').optional(),
});

/** Gives back how questions were to be asked before this tab was loaded again, and keeps what is changed of it. */
function withKeptSettings(identification: Identification): Identification {
  const kept = readKept(settingsName, settingsSchema);
  if (kept) identification.changeSettings(kept);
  identification.store.subscribe(({ settings }, before) => {
    if (settings !== before.settings) keep(settingsName, settings);
  });
  return identification;
}

/** The long work of the pages, around one session and one study worker; it goes on whatever page is shown. */
export function createWorks({ client, stores }: Session, study: StudyClient): Works {
  return {
    identification: withKeptSettings(
      createIdentification({
        engine: client,
        study,
        stores,
        schedule: everyOtherFrame(requestAnimationFrame),
        keepStorage,
      }),
    ),
    impact: createImpact({ engine: client, study, stores, now: () => performance.now(), keepStorage }),
    origins: createOrigins(study),
  };
}
