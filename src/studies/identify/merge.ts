import { sealed } from '../../lib/bytes/checksum.ts';
import { EngineError } from '../../lib/errors.ts';
import type { Correction } from './corrections.ts';
import { differenceOf, type QuestionRecord, type RunManifest } from './records.ts';

/** What merging knows of a shard's run. */
export interface ShardRun {
  /** For messages. */
  readonly name: string;
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
  readonly corrections: readonly Correction[];
}

/** A record of the merged run and where its features come from. */
interface MergedRecord {
  readonly record: QuestionRecord;
  /** Which of the shards' runs, and the row of its features there. */
  readonly from: number;
  readonly row: number | undefined;
}

export interface MergePlan {
  readonly manifest: RunManifest;
  readonly records: readonly MergedRecord[];
  /** A person's labels, each from the shard that asks the question. */
  readonly corrections: readonly Correction[];
  /** Shards whose run is not through or not given. */
  readonly missing: readonly number[];
}

function checkTogether(runs: readonly ShardRun[]): void {
  const [first, ...rest] = runs;
  const shards = new Map([[first.manifest.shard.index, first.name]]);
  for (const run of rest) {
    const difference = differenceOf(first.manifest, run.manifest);
    if (difference)
      throw new EngineError(
        'bad-input',
        `${run.name} was run with ${difference} than ${first.name}, so they cannot be merged.`,
      );
    const { index, count } = run.manifest.shard;
    if (count !== first.manifest.shard.count)
      throw new EngineError(
        'bad-input',
        `${run.name} is a shard of ${count}, but ${first.name} one of ${first.manifest.shard.count}.`,
      );
    const same = shards.get(index);
    if (same !== undefined)
      throw new EngineError('bad-input', `${run.name} and ${same} are the same shard, ${index} of ${count}.`);
    shards.set(index, run.name);
  }
}

/**
 * Puts the runs of shards together: in the order of the questions, rows numbered anew, so that nothing tells the
 * result from that of one run over all questions.
 * @throws EngineError `bad-input` where the runs do not belong together
 */
export function mergeRuns(runs: readonly ShardRun[]): MergePlan {
  if (runs.length === 0) throw new EngineError('bad-input', 'There is no run to merge; name at least one.');
  checkTogether(runs);
  const { manifest } = runs[0];
  const { count } = manifest.shard;
  let rows = 0;
  const records = runs
    .flatMap((run, from) => run.records.map((record) => ({ record, from })))
    .sort((a, b) => a.record.index - b.record.index)
    .map(({ record, from }): MergedRecord => {
      if (record.row === undefined) return { record, from, row: undefined };
      const renumbered = { ...record, row: rows++ };
      // What was stored before there were checksums stays as it is told: unchecked.
      const whole = record.crc === undefined ? renumbered : sealed(renumbered);
      return { record: whole, from, row: record.row };
    });
  const done = new Set(records.map(({ record }) => record.index));
  const missing = Array.from({ length: count }, (_, index) => index).filter((index) => {
    for (let i = index; i < manifest.questions.count; i += count) if (!done.has(i)) return true;
    return false;
  });
  const corrections = runs
    .flatMap((run) => run.corrections.filter(({ index }) => index % count === run.manifest.shard.index))
    .sort((a, b) => a.index - b.index);
  return { manifest: { ...manifest, shard: { index: 0, count: 1 } }, records, corrections, missing };
}
