import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../../../lib/errors.ts';
import { readText, withFileErrors, writeWhole } from '../../../node/files.ts';
import { sayKept, setAside } from '../../identify/terminal/run-folder.ts';
import { parseSweepManifest, SWEEP_FILES, sweepRecords } from '../record-file.ts';
import type { ImpactManifest, ImpactStore } from '../run.ts';
import type { ImpactRecord } from '../score-item.ts';

const { manifest: MANIFEST, records: RECORDS } = SWEEP_FILES;

const formatLine = (record: ImpactRecord) => `${JSON.stringify(record)}\n`;

export interface ImpactFolder extends ImpactStore {
  load(): Promise<
    | {
        readonly manifest: ImpactManifest;
        readonly records: readonly ImpactRecord[];
        /** What a person should know of the records. */
        readonly notes: readonly string[];
      }
    | undefined
  >;
}

/**
 * A sweep in a folder on disk: what it is (JSON), and a record a line (JSONL). A damaged one is refused at `load`.
 * @param options.check awaited before anything is written
 * @param options.repair leaves out what is damaged; the damaged files are kept in a folder below
 */
export function impactFolder(
  folder: string,
  options: { readonly check?: () => Promise<void>; readonly repair?: boolean } = {},
): ImpactFolder {
  const path = (name: string) => join(folder, name);
  return {
    load: () =>
      withFileErrors(folder, async () => {
        if (!existsSync(path(MANIFEST))) return undefined;
        const manifest = parseSweepManifest(await readText(path(MANIFEST)), folder);
        const bytes = existsSync(path(RECORDS))
          ? await withFileErrors(path(RECORDS), () => readFile(path(RECORDS)))
          : Buffer.alloc(0);
        const { records, length, damage, notes } = sweepRecords(bytes, manifest);
        if (damage && options.repair) {
          sayKept(await setAside(folder, [MANIFEST, RECORDS]));
          await writeWhole(path(RECORDS), records.map(formatLine).join(''));
        } else if (damage)
          throw new EngineError(
            'bad-input',
            `Line ${damage.line} of ${RECORDS} in ${folder} ${damage.what}; ${damage.lines === 1 ? 'this line is' : `${damage.lines} lines are`} of no use. "hneurons impact --resume --repair --out ${folder}", with the options that it was begun with, keeps the damaged file in a folder of its own and scores what is missing.`,
          );
        else if (length < bytes.length) await truncate(path(RECORDS), length);
        return { manifest, records, notes };
      }),
    begin: (manifest) =>
      withFileErrors(folder, async () => {
        await mkdir(folder, { recursive: true });
        await writeWhole(path(MANIFEST), `${JSON.stringify(manifest)}\n`);
      }),
    append: (record) =>
      withFileErrors(folder, async () => {
        await options.check?.();
        await appendFile(path(RECORDS), formatLine(record));
      }),
  };
}
