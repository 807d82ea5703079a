import { say } from './log.mjs';
import { outputOf, run } from './process.mjs';

/**
 * Installs packages of Debian or Ubuntu where this process may.
 * @param {readonly string[]} packages
 * @returns {Promise<boolean>} false where this is not such a system or the process is not root
 */
export async function installDebian(packages) {
  if (process.getuid?.() !== 0 || outputOf('apt-get', ['--version']) === null) return false;
  say('browser', `installing ${packages.join(', ')} (apt-get) ...`);
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  await run('apt-get', ['update', '-qq'], env);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], env);
  return true;
}
