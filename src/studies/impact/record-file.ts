import { z } from 'zod';
import { isIntact } from '../../lib/bytes/checksum.ts';
import { textLines } from '../../lib/bytes/text-lines.ts';
import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import { FREE_VERDICTS } from './judge-free.ts';
import { type ImpactManifest, recordKey } from './run.ts';
import type { ImpactRecord } from './score-item.ts';
import { comparedSets } from './sweep.ts';

/** Files of a sweep. */
export const SWEEP_FILES = { manifest: 'impact.json', records: 'records.jsonl' } as const;

const manifestSchema = z.looseObject({
  format: z.literal('h-neuron-impact'),
  version: z.literal(1),
  model: z.looseObject({
    name: z.string(),
    fingerprint: z.string(),
    precision: z.string(),
    device: z.string(),
  }),
  plan: z.looseObject({
    alphas: z.array(z.number()).min(1),
    sets: z
      .array(z.looseObject({ name: z.string(), kind: z.string(), members: z.array(z.unknown()) }))
      .min(1),
  }),
  suites: z
    .array(
      z.looseObject({ name: z.string(), kind: z.string(), items: z.int().nonnegative(), hash: z.string() }),
    )
    .refine((suites) => new Set(suites.map(({ name }) => name)).size === suites.length),
});

/**
 * Reads what a sweep is made of.
 * @param place the folder, for messages
 * @throws EngineError `bad-input` where the text describes none
 */
export function parseSweepManifest(text: string, place: string): ImpactManifest {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch (cause) {
    throw new EngineError('bad-input', `${SWEEP_FILES.manifest} in ${place} is not valid JSON.`, { cause });
  }
  if (!manifestSchema.safeParse(data).success)
    throw new EngineError('bad-input', `${place} does not hold a sweep; choose another folder.`);
  return data as ImpactManifest;
}

/** What a record of a sweep must be. */
function recordSchema({ plan, suites }: ImpactManifest) {
  const values = z.array(z.array(z.number()).length(plan.alphas.length)).length(plan.sets.length);
  const base = { suite: z.enum(suites.map(({ name }) => name)), id: z.string(), crc: z.string().optional() };
  const answer = z.looseObject({
    text: z.string(),
    verdict: z.enum(FREE_VERDICTS),
    tokens: z.int().nonnegative(),
  });
  return z.discriminatedUnion('type', [
    z.looseObject({ type: z.literal('margin'), ...base, raw: values, normalised: values }),
    z.looseObject({ type: z.literal('passage'), ...base, tokens: z.int().nonnegative(), loss: values }),
    z.looseObject({
      type: z.literal('free'),
      ...base,
      answers: z.array(z.array(answer).length(plan.alphas.length)).length(comparedSets(plan).length),
    }),
  ]);
}

/** What can be read of a sweep's records. */
export interface SweepRecords {
  /** Those that are sound, in their order; of several of one item the first. */
  readonly records: readonly ImpactRecord[];
  /** Bytes of the whole lines. */
  readonly length: number;
  /** The first line that is of no use, and how many are. */
  readonly damage?: { readonly line: number; readonly what: string; readonly lines: number };
  /** What a person should know of the records. */
  readonly notes: readonly string[];
}

/** What is wrong with a line, as a clause behind its number, or the record. */
function readLine(
  line: string,
  schema: ReturnType<typeof recordSchema>,
  seen: ReadonlyMap<string, number>,
): ImpactRecord | string {
  let data: unknown;
  try {
    data = JSON.parse(line);
  } catch {
    return 'is damaged: it is no record';
  }
  if (!schema.safeParse(data).success) return 'is damaged: it is no record of this sweep';
  const record = data as ImpactRecord;
  if (!isIntact(record)) return 'was altered: its checksum does not fit';
  const before = seen.get(recordKey(record));
  return before === undefined
    ? record
    : `repeats item "${shownName(record.id)}" of ${shownName(record.suite)}, which line ${before} has already, as where two processes wrote at once`;
}

/** Reads the records of a sweep; a last line that is cut short is left out, as a process that was killed leaves it. */
export function sweepRecords(bytes: Uint8Array, manifest: ImpactManifest): SweepRecords {
  const length = bytes.lastIndexOf(10) + 1;
  const schema = recordSchema(manifest);
  const seen = new Map<string, number>();
  const records: ImpactRecord[] = [];
  let damage: SweepRecords['damage'];
  const whole = new TextDecoder().decode(bytes.subarray(0, Math.max(0, length - 1)));
  for (const { number, text } of length === 0 ? [] : textLines(whole)) {
    const read = readLine(text, schema, seen);
    if (typeof read === 'string')
      damage = { line: number, what: read, ...damage, lines: (damage?.lines ?? 0) + 1 };
    else {
      seen.set(recordKey(read), number);
      records.push(read);
    }
  }
  const unsealed = records.filter(({ crc }) => crc === undefined).length;
  const notes =
    unsealed === 0
      ? []
      : [
          `${unsealed} of the sweep's ${records.length} records were stored before there were checksums: whether they were altered since cannot be told.`,
        ];
  return {
    records,
    length,
    notes,
    ...(damage && { damage }),
  };
}
