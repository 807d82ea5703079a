import { EngineError } from '../../lib/errors.ts';
import type { Correction } from './corrections.ts';
import { parseManifest, type QuestionRecord, type RunManifest } from './records.ts';
import { completeRecords, damageText, notesOf, parseCorrections, RUN_FILES, rowBytes } from './run-format.ts';

/** A run as its files hold it. */
export interface ReadFiles {
  readonly manifest: RunManifest;
  readonly records: readonly QuestionRecord[];
  readonly corrections: readonly Correction[];
  readonly notes: readonly string[];
  /** float16 bits, [vectors][neurons]. */
  features(row: number): Promise<Uint16Array>;
}

/**
 * Reads a run from its files, as far as that can be done without its features.
 * @throws EngineError `bad-input` where the files are no run, or a damaged one
 */
export async function readRunFiles(files: readonly File[]): Promise<ReadFiles> {
  const find = (name: string) => files.find((file) => file.name === name);
  const [manifestFile, recordsFile] = [RUN_FILES.manifest, RUN_FILES.records].map((name) => {
    const file = find(name);
    if (file) return file;
    const names = `${RUN_FILES.manifest}, ${RUN_FILES.records} and ${RUN_FILES.features}`;
    throw new EngineError(
      'bad-input',
      `${name} is missing among the files; choose ${names} of one run together.`,
    );
  });
  const manifest = parseManifest(await manifestFile.text());
  const featuresFile = find(RUN_FILES.features) ?? new Blob([]);
  const size = rowBytes(manifest);
  const rows = Math.floor(featuresFile.size / size);
  const read = completeRecords(new Uint8Array(await recordsFile.arrayBuffer()), rows);
  const { records, damage } = read;
  if (damage && records.length === 0)
    throw new EngineError(
      'bad-input',
      `${damageText(damage)} Choose the ${RUN_FILES.features} of the same run with it.`,
    );
  if (damage)
    throw new EngineError(
      'bad-input',
      `${damageText(damage)} In the terminal "hneurons identify --resume --repair" restores such a run.`,
    );
  return {
    manifest,
    records,
    notes: notesOf(read),
    corrections: parseCorrections((await find(RUN_FILES.corrections)?.text()) ?? ''),
    async features(row) {
      // JSON may hold -0, which Node's Blob does not take for a place.
      const start = row * size + 0;
      return new Uint16Array(await featuresFile.slice(start, start + size).arrayBuffer());
    },
  };
}
