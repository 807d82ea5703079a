import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Page } from 'playwright';
import { createServer } from 'vite';
import type { Runtime } from '../../src/model/runtime/types.ts';
import project from '../../vite.config.ts';
import type { ExportReading } from '../browser/exports-page.ts';
import { largestDifference } from './differences.ts';
import { fixtureFiles, fixturePlaces, openExport } from './onnx-engine.ts';
import { readExpected } from './onnx-fixtures.ts';
import { greedyAnswers, threeSteerings } from './readings.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Serves the page on which exports run on WebGPU. */
export async function serveExportPage(): Promise<{ readonly url: string; close(): Promise<void> }> {
  const cacheDir = await mkdtemp(join(tmpdir(), 'exports-'));
  const server = await createServer({
    root,
    cacheDir,
    configFile: false,
    logLevel: 'error',
    appType: 'mpa',
    resolve: project.resolve,
    server: { port: 0, host: 'localhost', hmr: false, watch: null },
    optimizeDeps: { entries: ['test/browser/exports.html'], exclude: ['onnxruntime-web'] },
  });
  await server.listen();
  return {
    url: `${server.resolvedUrls!.local[0]}test/browser/exports.html`,
    async close() {
      await server.close();
      await rm(cacheDir, { recursive: true, force: true });
    },
  };
}

/** Opens the page with a fixture's files and reads its prompt there. */
async function readOnPage(page: Page, url: string, folder: string): Promise<ExportReading> {
  const places = fixturePlaces(folder);
  await page.route('**/export/*', (route) => {
    const path = places.get(new URL(route.request().url()).pathname.split('/').pop() ?? '');
    return path ? route.fulfill({ path, contentType: 'application/octet-stream' }) : route.abort();
  });
  if (page.url() !== url) await page.goto(url);
  await page.waitForFunction(() => window.readExport !== undefined);
  const { ids, scale } = readExpected(folder);
  return page.evaluate(([paths, ids, scale]) => window.readExport!(paths, ids, scale), [
    [...places.keys()],
    ids,
    scale,
  ] as const);
}

/** How far a fixture on the page is from its expected values, and its answers in three lanes from those of a CPU. */
export async function measureOnPage(page: Page, url: string, folder: string, cpu: Runtime) {
  const found = await readOnPage(page, url, folder);
  const expected = readExpected(folder);
  const opened = await openExport(fixtureFiles(folder), cpu);
  const { logits } = await greedyAnswers(opened, expected.ids, threeSteerings(expected.scale));
  const { offsets } = opened.model.layout;
  await opened.model.session.release();
  const perLayer = (values: readonly number[], wanted: (layer: number) => readonly number[]) =>
    Math.max(
      ...offsets.slice(0, expected.layers.length).map((offset, l) => {
        const of = wanted(l);
        return largestDifference(values.slice(offset, offset + of.length), of);
      }),
    );
  return {
    logits: largestDifference(found.logits, expected.logits),
    steered: largestDifference(found.steered, expected.scaledLogits),
    z: perLayer(found.z, (l) => expected.layers[l]!.z),
    cett: perLayer(found.cett, (l) => expected.layers[l]!.cett),
    outNorms: Math.max(
      ...expected.layers.map(({ outNorm }, l) => Math.abs(found.outNorms[l]! - outNorm) / outNorm),
    ),
    answers: Math.max(
      ...logits.flatMap((lane, row) =>
        lane.map((values, at) => largestDifference(found.answers[row]![at]!, values)),
      ),
    ),
  };
}
