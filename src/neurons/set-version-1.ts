import { z } from 'zod';

/** An estimate with its interval, as it stands in a file. */
export const estimateSchema = z.object({ value: z.number(), low: z.number(), high: z.number() });

/** Ids of the detectors whose measurements version 1 kept under their labels; the list is closed. */
const idsOfLabels: ReadonlyMap<string, string> = new Map([
  ['H-Neurons', 'h-neurons'],
  ['log-probability, mean', 'mean-logprob'],
  ['log-probability, minimum', 'min-logprob'],
  ['log-probability, first token', 'first-token-logprob'],
  ['first-token entropy', 'first-token-entropy'],
  ['answer length', 'answer-length'],
  ['H-Neurons and log-probability, mean', 'h-neurons-and-mean-logprob'],
  ['neurons of both signs (L1)', 'both-signs-l1'],
  ['all neurons (L2)', 'all-neurons-l2'],
  ['words of the question', 'question-words'],
  ['random neurons of the same layers', 'random-neurons'],
  ['shuffled labels', 'shuffled-labels'],
]);

const PREFIX = 'AUROC, ';

const versionOne = z.looseObject({ version: z.literal(1), metrics: z.record(z.string(), z.unknown()) });

/**
 * A set's data of version 1 as version 2 has it: what was measured of a detector, `metrics["AUROC, <label>"]`, stands
 * under the detector's id in `detectors`. Other metrics, and data that is not of version 1, stay as they are, to be checked.
 */
export function fromVersion1(data: unknown): unknown {
  const former = versionOne.safeParse(data);
  if (!former.success) return data;
  const metrics: Record<string, unknown> = {};
  const detectors: Record<string, unknown> = {};
  for (const [key, metric] of Object.entries(former.data.metrics)) {
    const id = key.startsWith(PREFIX) ? idsOfLabels.get(key.slice(PREFIX.length)) : undefined;
    const auroc = estimateSchema.safeParse(metric);
    if (id !== undefined && auroc.success) detectors[id] = { auroc: auroc.data };
    else metrics[key] = metric;
  }
  const some = Object.keys(detectors).length > 0;
  return { ...former.data, version: 2, metrics, detectors: some ? detectors : undefined };
}
