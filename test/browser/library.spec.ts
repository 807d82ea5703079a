import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@playwright/test';
import { build } from 'vite';
import { collectErrors } from '../support/page.ts';
import { serveStatic } from './static-host.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const modelFile = join(root, 'public/models/SmolLM2-135M-Instruct.Q4_1.gguf');
const setFile = join(root, 'public/neurons/smollm2-135m-instruct.json');

/** An empty folder with the packed library in node_modules, its dependencies beside it as npm puts them. */
let place: string;

test.beforeAll(() => {
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
  place = mkdtempSync(join(tmpdir(), 'library-'));
  run(process.execPath, 'scripts/build-library.mjs');
  const [{ filename }] = JSON.parse(
    run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', place),
  ) as { filename: string }[];
  const modules = join(place, 'node_modules');
  const library = join(modules, 'h-neurons');
  mkdirSync(library, { recursive: true });
  run('tar', '-xzf', join(place, filename!), '-C', library, '--strip-components=1');
  const { dependencies } = JSON.parse(readFileSync(join(library, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies)) {
    mkdirSync(dirname(join(modules, name)), { recursive: true });
    symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
  cpSync(join(root, 'examples'), place, { recursive: true });
  for (const example of ['page', 'worker']) {
    symlinkSync(modules, join(place, example, 'node_modules'));
    symlinkSync(modelFile, join(place, example, 'model.gguf'));
    symlinkSync(setFile, join(place, example, 'set.json'));
  }
});

const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: place, encoding: 'utf8' });

/** What the installed command prints as JSON of the default model. */
function command(name: string, ...options: string[]): unknown {
  const installed = createRequire(join(place, 'x.js'))('h-neurons/package.json') as {
    bin: { hneurons: string };
  };
  const entry = join('node_modules', 'h-neurons', installed.bin.hneurons);
  return JSON.parse(node(entry, name, '--json', '--model', modelFile, ...options));
}

test.afterAll(() => rmSync(place, { recursive: true, force: true }));

test('the example page answers in three arms', async ({ page }) => {
  const errors = collectErrors(page);
  const host = await serveStatic(join(place, 'page'));
  try {
    await page.goto(host.url);
    await page.getByRole('button', { name: 'Ask' }).click();
    await expect(page.getByRole('status')).toHaveText('3 answers', { timeout: 240_000 });
    const texts = await page.locator('dd').allTextContents();
    expect(new Set(texts).size).toBe(3);
    const request = ['--prompt', await page.getByLabel('Question').inputValue(), '--max-tokens', '24'];
    const { lanes } = command('generate', ...request, '--neurons', setFile, '--scale', '3') as {
      lanes: { text: string }[];
    };
    expect(texts).toEqual(lanes.map(({ text }) => text));
    expect(errors).toEqual([]);
  } finally {
    await host.close();
  }
});

test('the example in a worker answers, bundled by Vite', async ({ page }) => {
  const folder = join(place, 'worker');
  await build({ root: folder, base: './', configFile: false, logLevel: 'error', worker: { format: 'es' } });
  symlinkSync(modelFile, join(folder, 'dist', 'model.gguf'));
  const host = await serveStatic(join(folder, 'dist'));
  try {
    await page.goto(host.url);
    await expect(page.getByRole('status')).toContainText('The answer ended', { timeout: 240_000 });
    await expect(page.locator('#answer')).toContainText('Paris');
  } finally {
    await host.close();
  }
});

test('the Node script and the command run without TypeScript', () => {
  cpSync(join(place, 'node', 'neurons.mjs'), join(place, 'neurons.mjs'));
  const neurons = node('neurons.mjs', modelFile, 'The capital of France is').trim().split('\n');
  expect(neurons).toHaveLength(5);
  for (const neuron of neurons) expect(neuron).toMatch(/^\d+:\d+$/);

  const { next } = command('activations', '--raw', '--prompt', 'The capital of France is') as {
    next: { token: string }[];
  };
  expect(next[0]!.token).toContain('Paris');
});
