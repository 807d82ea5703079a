import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { installDebian } from './debian.mjs';
import { SetupError, say } from './log.mjs';
import { outputOf, runPackage } from './process.mjs';

const commands = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'chrome',
  'chrome.exe',
];

/**
 * Places where Chromium or Chrome may be, in the order in which they are tried: CHROMIUM_PATH, the search path,
 * the usual folders of macOS and Windows.
 * @param {Readonly<Record<string, string | undefined>>} env
 * @returns {string[]}
 */
export function chromiumCandidates(env) {
  if (env.CHROMIUM_PATH) return [env.CHROMIUM_PATH];
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const onPath = commands.flatMap((command) => folders.map((folder) => join(folder, command)));
  const windows = [env.PROGRAMFILES, env['PROGRAMFILES(X86)'], env.LOCALAPPDATA]
    .filter((folder) => folder !== undefined)
    .map((folder) => join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'));
  return [
    ...onPath,
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    ...windows,
  ];
}

/** The first Chromium or Chrome that starts, or null. @returns {string | null} */
export function findChromium() {
  const found = chromiumCandidates(process.env).filter(existsSync);
  const starts = (/** @type {string} */ path) =>
    process.platform === 'win32' || outputOf(path, ['--version']) !== null;
  return found.find(starts) ?? null;
}

/** The browser that Playwright installed, or null. */
async function playwrightChromium() {
  const { chromium } = await import('playwright');
  const path = chromium.executablePath();
  return existsSync(path) ? path : null;
}

/**
 * Finds a browser for the tests, or installs one: Debian's chromium as root, else Playwright's.
 * @returns {Promise<string>} path of the executable
 */
export async function ensureChromium() {
  const found = findChromium() ?? (await playwrightChromium());
  if (found !== null) return found;
  if (process.env.CHROMIUM_PATH) {
    throw new SetupError(`CHROMIUM_PATH names ${process.env.CHROMIUM_PATH}, which does not start.`);
  }
  if (await installDebian(['chromium'])) {
    const installed = findChromium();
    if (installed !== null) return installed;
  }
  const isRoot = process.getuid?.() === 0;
  say('browser', 'installing chromium (npx playwright install chromium) ...');
  await runPackage('playwright/cli.js', ['install', ...(isRoot ? ['--with-deps'] : []), 'chromium']);
  const installed = await playwrightChromium();
  if (installed !== null) return installed;
  throw new SetupError('The tests need Chromium or Chrome: install one, or name it in CHROMIUM_PATH.');
}

/** Flags for a Chromium that is driven by a script: as root, and without asking anything of the network. */
export const quietFlags = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** Flags for WebGPU on a graphics card, and on Chromium's software adapter. */
export const webGpuFlags = ['--enable-unsafe-webgpu', '--enable-features=Vulkan'];
export const softwareWebGpuFlags = [...webGpuFlags, '--use-webgpu-adapter=swiftshader'];
