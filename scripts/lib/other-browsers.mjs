import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installDebian } from './debian.mjs';
import { SetupError } from './log.mjs';

/** The first of some commands that is on the search path, or null. @param {readonly string[]} commands */
function onPath(commands) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  return (
    commands.flatMap((command) => folders.map((folder) => join(folder, command))).find(existsSync) ?? null
  );
}

/**
 * What a search finds, if need be after an installation.
 * @template T
 * @param {() => T | null} find @param {readonly string[]} packages of Debian @param {string} missing what a person should do where both fail
 * @returns {Promise<T>}
 */
async function findOrInstall(find, packages, missing) {
  const found = find() ?? ((await installDebian(packages)) ? find() : null);
  if (found === null) throw new SetupError(missing);
  return found;
}

function findFirefox() {
  if (process.env.FIREFOX_PATH) return process.env.FIREFOX_PATH;
  const mac = '/Applications/Firefox.app/Contents/MacOS/firefox';
  return onPath(['firefox-esr', 'firefox', 'firefox.exe']) ?? (existsSync(mac) ? mac : null);
}

/** Path of Firefox, installed where it is missing. @returns {Promise<string>} */
export function ensureFirefox() {
  return findOrInstall(
    findFirefox,
    ['firefox-esr'],
    'The tests need Firefox: install it, or name it in FIREFOX_PATH.',
  );
}

function findWebKit() {
  const driver = onPath(['WebKitWebDriver']);
  const library = `/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const folder = existsSync(library)
    ? readdirSync(library).find((name) => existsSync(join(library, name, 'MiniBrowser')))
    : undefined;
  if (driver === null || folder === undefined || onPath(['Xvfb']) === null) return null;
  return { driver, miniBrowser: join(library, folder, 'MiniBrowser') };
}

/** Paths of WebKitGTK's driver and browser, installed with a virtual display where they are missing. */
export function ensureWebKit() {
  return findOrInstall(
    findWebKit,
    ['webkit2gtk-driver', 'xvfb', 'xauth'],
    "The tests need WebKitGTK's WebKitWebDriver and MiniBrowser, and Xvfb: install webkit2gtk-driver and xvfb.",
  );
}
