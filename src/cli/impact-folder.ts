import { existsSync } from 'node:fs';
import { appendFile, mkdir, readFile, rename, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EngineError } from '../errors.ts';
import type { ImpactManifest, ImpactStore } from '../impact/run.ts';
import type { ImpactRecord } from '../impact/score-item.ts';

const MANIFEST = 'impact.json';
const RECORDS = 'records.jsonl';

/** Records of complete lines, and the bytes that these take: a killed process may leave half a line. */
function completeLines(bytes: Buffer): { readonly records: ImpactRecord[]; readonly length: number } {
  const length = bytes.lastIndexOf('\n') + 1;
  const lines = bytes.subarray(0, length).toString('utf8').split('\n').slice(0, -1);
  return { records: lines.map((line) => JSON.parse(line) as ImpactRecord), length };
}

/** A sweep in a folder on disk: what it is (JSON), and a record a line (JSONL). */
export function impactFolder(folder: string): ImpactStore {
  const path = (name: string) => join(folder, name);
  return {
    async load() {
      if (!existsSync(path(MANIFEST))) return undefined;
      const manifest = JSON.parse(await readFile(path(MANIFEST), 'utf8')) as ImpactManifest;
      if (manifest.format !== 'h-neuron-impact')
        throw new EngineError('bad-input', `${folder} does not hold a sweep; choose another folder.`);
      const bytes = existsSync(path(RECORDS)) ? await readFile(path(RECORDS)) : Buffer.alloc(0);
      const { records, length } = completeLines(bytes);
      if (length < bytes.length) await truncate(path(RECORDS), length);
      return { manifest, records };
    },
    async begin(manifest) {
      await mkdir(folder, { recursive: true });
      await writeFile(path(`${MANIFEST}.part`), `${JSON.stringify(manifest)}\n`);
      await rename(path(`${MANIFEST}.part`), path(MANIFEST));
    },
    append: (record) => appendFile(path(RECORDS), `${JSON.stringify(record)}\n`),
  };
}
