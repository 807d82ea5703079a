import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findChromium, quietFlags, softwareWebGpuFlags } from '../../scripts/lib/chromium.mjs';
import { nativeRuntime } from '../../src/model/runtime/native.ts';
import { measureOnPage, serveExportPage } from '../support/export-page.ts';

const root = join(import.meta.dirname, '../../../shared/fixtures/onnx');
if (!existsSync(root)) throw new Error(`No models at ${root}: these tests need the collection of exports.`);

interface Entry {
  readonly arch: string;
  readonly variant: string;
  readonly path: string;
  readonly lossless: boolean | null;
  readonly suggested_atol: number | null;
}

const { entries } = JSON.parse(readFileSync(join(root, 'index.json'), 'utf8')) as { entries: Entry[] };
const skipped = /legacy-merged|inputs-embeds|qwen3_moe/;

/** All float32 exports of an architecture, else its first 4-bit one, which computes in float32. */
function chosen(): Entry[] {
  const runnable = entries.filter(({ arch, variant }) => !skipped.test(`${arch}/${variant}`));
  return [...new Set(runnable.map(({ arch }) => arch))].flatMap((arch) => {
    const own = runnable.filter((entry) => entry.arch === arch);
    const exact = own.filter(({ lossless }) => lossless);
    return exact.length > 0 ? exact : own.slice(0, 1);
  });
}

describe('exports on WebGPU', () => {
  let browser: Browser;
  let page: Page;
  let served: Awaited<ReturnType<typeof serveExportPage>>;

  beforeAll(async () => {
    served = await serveExportPage();
    const executablePath = process.env.CHROMIUM_PATH || (findChromium() ?? undefined);
    browser = await chromium.launch({ executablePath, args: [...quietFlags, ...softwareWebGpuFlags] });
    page = await browser.newPage();
  });
  afterAll(async () => {
    await browser.close();
    await served.close();
  });

  for (const { arch, variant, path, lossless, suggested_atol } of chosen()) {
    it(`${arch}/${variant}`, async () => {
      const found = await measureOnPage(page, served.url, dirname(join(root, path)), nativeRuntime(1));
      // 4-bit graphs of accuracy level 4 have their activations rounded to 8 bits, on each device in its own way.
      const tolerance = lossless ? Math.max(1e-3, suggested_atol ?? 0) : 0.3;
      // z is larger than a logit, and answers are steered by factors up to 5.
      const room: Readonly<Record<string, number>> = { z: 5 * tolerance, answers: 5 * tolerance };
      for (const [what, difference] of Object.entries(found))
        expect.soft(difference, what).toBeLessThan(room[what] ?? tolerance);
    });
  }
});
