import { availableParallelism } from 'node:os';
import { expect, test } from '@playwright/test';
import { type PreviewServer, preview } from 'vite';
import reference from '../fixtures/smollm2-reference.json' with { type: 'json' };
import type { BrowserPage } from './browser-page.ts';

const model = '//*[@role="status"][@aria-label="Model"]';
const question = '//textarea[@aria-label="Question" or @id=//label[normalize-space()="Question"]/@for]';
const strength = '//*[contains(@class,"rail")]//input[@type="range"]';
const button = (name: string) => `//button[normalize-space()="${name}"]`;
/** PyTorch's greedy answers. */
const asked = reference.prompts.map(({ prompt, plain }) => ({
  prompt,
  answer: plain.greedy_text.replace('<|im_end|>', ''),
}));

const lane = (name: string) => `//section[@aria-label="${name}"]`;
const answer = (name: string) => `${lane(name)}//p[last()]`;
const pageLink = (title: string) => `//nav[@aria-label="Pages"]//a[normalize-space()="${title}"]`;

/** The built site on a port of its own, which a test can take off the network. */
function serveSite(port?: number): Promise<PreviewServer> {
  return preview({ preview: { host: '127.0.0.1', port, strictPort: port !== undefined }, logLevel: 'error' });
}

function addressOf(server: PreviewServer): URL {
  const address = server.httpServer.address();
  if (typeof address !== 'object' || address === null) throw new Error('The site is not served.');
  return new URL(`http://127.0.0.1:${address.port}/`);
}

/**
 * A visitor's way through the page in a browser: load, ask, slider, pages, link, no network. The steps build on each
 * other and stand in one test, since the model is loaded once.
 */
export function testPagePath(browser: string, start: () => Promise<BrowserPage>): void {
  test(`${browser} goes the page's whole way on the default model`, async () => {
    let server = await serveSite();
    const site = addressOf(server);
    const page = await start();
    const shows = (xpath: string, timeout = 120_000) => expect.poll(() => page.text(xpath), { timeout });
    const idle = () =>
      expect
        .poll(
          () =>
            page.evaluate(
              `document.evaluate('${button('Stop').replaceAll("'", "\\'")}', document, null, 9).singleNodeValue?.disabled`,
            ),
          {
            timeout: 180_000,
          },
        )
        .toBe(true);
    const ask = async (text: string) => {
      await page.fill(question, text);
      await page.click(button('Run'));
    };
    try {
      await test.step('load', async () => {
        await page.open(site.href);
        await shows(model, 240_000).toContain('ready on WASM');
        expect(await page.evaluate('crossOriginIsolated')).toBe(true);
        const threads = Number(/(\d+) threads/.exec(await page.text(model))?.[1] ?? 1);
        expect(threads).toBeLessThanOrEqual(Math.max(2, availableParallelism()));
      });
      for (const { prompt, answer: text } of asked.slice(0, 2)) {
        await test.step(`ask: ${prompt}`, async () => {
          await ask(prompt);
          await shows(answer('Unsteered')).toContain(text);
          await idle();
        });
      }
      await test.step('slider', async () => {
        await page.press(strength, 'End');
        await shows(lane('Steered')).toContain('3.00');
        await idle();
        expect(await page.text(answer('Unsteered'))).toContain(asked[1]!.answer);
        expect(await page.text(answer('Steered'))).not.toBe('');
      });
      const link = String(await page.evaluate('location.href'));
      await test.step('pages', async () => {
        for (const title of ['Identify', 'Impact', 'Origins', 'Explore']) {
          await page.click(pageLink(title));
          await shows('//h2[not(ancestor::*[@hidden])]').not.toBe('');
        }
      });
      await test.step('without a network', async () => {
        await server.close();
        await ask(asked[0]!.prompt);
        await shows(answer('Unsteered')).toContain(asked[0]!.answer);
        await idle();
      });
      await test.step('link', async () => {
        server = await serveSite(Number(site.port));
        await page.open('about:blank');
        await page.open(link);
        await shows(model, 240_000).toContain('ready on WASM');
        await shows(lane('Steered')).toContain('3.00');
        await shows(answer('Unsteered')).toContain(asked[1]!.answer);
      });
      expect(page.errors()).toEqual([]);
    } catch (error) {
      await page.screenshot(test.info().outputPath('page.png')).catch(() => undefined);
      throw error;
    } finally {
      await page.close();
      await server.close();
    }
  });
}
