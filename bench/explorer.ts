import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright';
import { build, preview } from 'vite';
import { freePort, root } from '../scripts/lib/process.mjs';
import { pageMemory } from './page-memory.ts';
import { withBrowser } from './site.ts';
import { median } from './statistics.ts';
import type { Absent, Bench, Figure } from './types.ts';

const outDir = join(root, '.cache', 'bench', 'explorer');
const RUNS = 20;
const ZOOM_EVENTS = 120;
const OPENINGS = 5;
/** A question that the default model answers at length. */
const LONG_QUESTION = 'Tell me a long story about a river, a boat and an old fisherman.';
const SHORT_QUESTION = 'What is the capital of France?';

interface Smoothness {
  readonly framesPerSecond: number;
  /** Milliseconds of wall-clock time; 0 where no task took 50 ms or more. */
  readonly longestTask: number;
}

/** Counts frames and tasks of 50 ms and more on the page's main thread while `act` goes on. */
async function smoothness(page: Page, act: () => Promise<void>): Promise<Smoothness> {
  const watch = await page.evaluateHandle(() => {
    const tasks: number[] = [];
    let frames = 0;
    let going = true;
    const observer = new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) tasks.push(duration);
    });
    observer.observe({ type: 'longtask' });
    const start = performance.now();
    const watching = {
      frame() {
        frames++;
        if (going) requestAnimationFrame(watching.frame);
      },
      end() {
        going = false;
        observer.disconnect();
        const seconds = (performance.now() - start) / 1000;
        return { framesPerSecond: frames / seconds, longestTask: Math.max(0, ...tasks) };
      },
    };
    requestAnimationFrame(watching.frame);
    return watching;
  });
  await act();
  return watch.evaluate((watching) => watching.end());
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function settled(page: Page): Promise<void> {
  await page.waitForFunction(
    () =>
      [...document.querySelectorAll('button')].some((each) => each.textContent === 'Stop' && each.disabled),
    undefined,
    { timeout: 300_000 },
  );
}

async function ask(page: Page, question: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Question' }).fill(question);
  await button(page, 'Run').click();
  await page.waitForFunction(() =>
    [...document.querySelectorAll('button')].some((each) => each.textContent === 'Stop' && !each.disabled),
  );
  await settled(page);
}

async function setAnswerLength(page: Page, tokens: number): Promise<void> {
  const length = page.getByRole('textbox', { name: 'Answer length' });
  if (!(await length.isVisible())) await page.getByRole('button', { name: 'Sampling' }).click();
  await length.fill(String(tokens));
  await length.blur();
}

async function firstPaint(page: Page, url: string): Promise<number> {
  await page.goto(url);
  const seen = await page.waitForFunction(() => {
    const answer = document.querySelector(
      '[role="region"][aria-label="Steered"], section[aria-label="Steered"]',
    );
    return answer?.textContent?.includes('Einstein') ? performance.now() : undefined;
  });
  return (await seen.jsonValue()) as number;
}

/** What a number of runs add to the page's memory; the browser may not tell. */
function growth(
  key: string,
  label: string,
  before: number | undefined,
  after: number | undefined,
): Figure | Absent {
  if (before === undefined || after === undefined) return { key, label, absent: 'the browser did not tell' };
  return { key, label, unit: 'MB', value: (after - before) / 2 ** 20 };
}

async function zoom(page: Page): Promise<void> {
  const map = page.getByRole('img', { name: 'Neuron map' });
  await map.scrollIntoViewIfNeeded();
  const box = await map.boundingBox();
  if (!box) throw new Error('The neuron map is not on the page.');
  await page.mouse.move(box.x + box.width / 3, box.y + box.height / 2);
  for (let i = 0; i < ZOOM_EVENTS; i++) await page.mouse.wheel(0, i < ZOOM_EVENTS / 2 ? -60 : 60);
}

/** Bytes of the scripts that the first page loads by name, compressed. */
async function firstScript(): Promise<number> {
  const html = await readFile(join(outDir, 'index.html'), 'utf8');
  const scripts = [...html.matchAll(/<script[^>]*src="([^"]+)"/g)].map((match) => match[1] as string);
  const sizes = scripts.map(async (path) => gzipSync(await readFile(join(outDir, path))).byteLength);
  return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
}

/** The page itself: how smooth it is, how soon it shows something, and whether its memory stays flat. */
export async function explorer({ chromium }: Bench): Promise<(Figure | Absent)[]> {
  await build({ root, logLevel: 'warn', build: { outDir, emptyOutDir: true } });
  const port = await freePort();
  const server = await preview({
    root,
    build: { outDir },
    preview: { host: 'localhost', port, strictPort: true },
  });
  const url = `http://localhost:${port}/`;
  try {
    return await withBrowser(chromium, 'none', async (browser) => {
      const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
      const paints: number[] = [];
      for (let i = 0; i < OPENINGS; i++) paints.push(await firstPaint(page, url));
      await page
        .getByRole('status', { name: 'Model' })
        .filter({ hasText: 'ready on' })
        .waitFor({ timeout: 300_000 });
      await settled(page);
      await setAnswerLength(page, 200);
      const streaming = await smoothness(page, () => ask(page, LONG_QUESTION));
      const zooming = await smoothness(page, () => zoom(page));
      await setAnswerLength(page, 16);
      await ask(page, SHORT_QUESTION);
      const readings = [await pageMemory(page)];
      for (let round = 0; round < 2; round++) {
        for (let i = 0; i < RUNS; i++) await ask(page, SHORT_QUESTION);
        readings.push(await pageMemory(page));
      }
      const [first, filled, flat] = readings as [number | undefined, number | undefined, number | undefined];
      const kilobytes = (await firstScript()) / 1024;
      return [
        {
          key: 'first_paint_ms',
          label: 'recorded run visible',
          unit: 'ms',
          value: median(paints),
          target: { atMost: 1000 },
        },
        {
          key: 'stream_fps',
          label: 'frames a second, 200 tokens in three lanes',
          unit: 'fps',
          value: streaming.framesPerSecond,
        },
        {
          key: 'stream_longest_task_ms',
          label: 'longest task meanwhile',
          unit: 'ms',
          value: streaming.longestTask,
          target: { atMost: 50 },
        },
        {
          key: 'zoom_fps',
          label: 'frames a second, zooming',
          unit: 'fps',
          value: zooming.framesPerSecond,
          target: { atLeast: 30 },
        },
        {
          key: 'zoom_longest_task_ms',
          label: 'longest task meanwhile',
          unit: 'ms',
          value: zooming.longestTask,
        },
        growth('memory_filling_mb', `memory that ${RUNS} runs add while the stores fill`, first, filled),
        growth('memory_growth_mb', `memory that ${RUNS} further runs add`, filled, flat),
        {
          key: 'first_script_kb',
          label: 'first script, gzip',
          unit: 'KB',
          value: kilobytes,
          target: { atMost: 250 },
        },
      ];
    });
  } finally {
    await server.close();
  }
}
