import { z } from 'zod';

const estimate = z.object({ value: z.number(), low: z.number(), high: z.number() });
const share = z.number().min(0).max(1);

/** What scaling a set does to the answers to one suite, as it is kept in the set's file. */
export const setEffectSchema = z.object({
  suite: z.string().min(1).max(200),
  /** What the suite's items try: "false-premise", "misleading-context", ... */
  kind: z.string().min(1).max(100),
  items: z.int().positive(),
  /** The factors that are compared. */
  factors: z.tuple([z.number(), z.number()]),
  /** Share of items to which the model gives in, at either factor. */
  shares: z.tuple([share, share]),
  /** The second share less the first, with its 95 % interval over the items. */
  change: estimate,
  /** Random sets that were scaled alike. */
  controls: z.int().nonnegative(),
  /** The change less the mean of the random sets'; missing without any. */
  beyondControls: estimate.optional(),
  finding: z.enum(['effect', 'no effect', 'breakage']),
});

export type SetEffect = z.output<typeof setEffectSchema>;
