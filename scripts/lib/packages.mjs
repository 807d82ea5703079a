import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { SetupError, say } from './log.mjs';
import { root, run } from './process.mjs';

/**
 * Whether packages must be installed: npm writes node_modules/.package-lock.json last, so a missing or older one
 * means that the last installation is missing, broken off or out of date.
 * @param {string} folder
 */
export function packagesAreStale(folder) {
  const installed = join(folder, 'node_modules', '.package-lock.json');
  if (!existsSync(installed)) return true;
  return statSync(installed).mtimeMs < statSync(join(folder, 'package-lock.json')).mtimeMs;
}

/** Installs the packages of package-lock.json where they are missing or out of date. */
export async function ensurePackages() {
  if (!packagesAreStale(root)) return;
  say('packages', 'installing (npm ci), a minute or two ...');
  const npm = process.env.npm_execpath;
  const code = npm ? await run(process.execPath, [npm, 'ci']) : await run('npm', ['ci']);
  if (code !== 0) throw new SetupError(`Installing the packages failed: "npm ci" ended with code ${code}.`);
  say('packages', 'installed.');
}
