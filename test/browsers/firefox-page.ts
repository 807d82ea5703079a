import puppeteer from 'puppeteer-core';
import type { BrowserPage } from './browser-page.ts';

/** Firefox through WebDriver BiDi, which it speaks itself. */
export async function openFirefox(executablePath: string): Promise<BrowserPage> {
  const browser = await puppeteer.launch({
    browser: 'firefox',
    executablePath,
    headless: true,
    timeout: 120_000,
    protocolTimeout: 300_000,
  });
  const page = await browser.newPage();
  page.setDefaultTimeout(120_000);
  await page.setViewport({ width: 1440, height: 900 });
  const errors: string[] = [];
  page.on('pageerror', (error) => errors.push(error instanceof Error ? error.message : String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  const element = async (xpath: string) => {
    const handle = await page.waitForSelector(`xpath/${xpath}`);
    if (!handle) throw new Error(`Firefox shows nothing at ${xpath}.`);
    return handle;
  };
  return {
    open: async (url) => {
      await page.goto(url);
    },
    text: async (xpath) => {
      const handle = await page.$(`xpath/${xpath}`);
      return handle ? ((await handle.evaluate((node) => node.textContent)) ?? '') : '';
    },
    click: async (xpath) => (await element(xpath)).click(),
    fill: async (xpath, text) => {
      const field = await element(xpath);
      await field.click();
      await page.keyboard.down('Control');
      await page.keyboard.press('a');
      await page.keyboard.up('Control');
      await field.type(text);
    },
    press: async (xpath, key, times = 1) => {
      const field = await element(xpath);
      await field.focus();
      for (let i = 0; i < times; i++) await page.keyboard.press(key);
    },
    evaluate: (expression) => page.evaluate(expression),
    errors: () => errors,
    screenshot: async (path) => {
      await page.screenshot({ path: path as `${string}.png` });
    },
    close: () => browser.close(),
  };
}
