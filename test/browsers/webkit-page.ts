import { type ChildProcess, spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { Builder, By, Capabilities, Key, type WebDriver } from 'selenium-webdriver';
import { freePort } from '../../scripts/lib/process.mjs';
import type { BrowserPage } from './browser-page.ts';

const keys = { ArrowRight: Key.ARROW_RIGHT, ArrowLeft: Key.ARROW_LEFT, End: Key.END } as const;

/** Starts a virtual display. @returns its process and its name, such as ":3" */
async function startDisplay(): Promise<{ process: ChildProcess; name: string }> {
  const xvfb = spawn('Xvfb', ['-displayfd', '1', '-screen', '0', '1600x1200x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const number = await new Promise<string>((resolve, reject) => {
    xvfb.once('error', reject);
    xvfb.once('exit', (code) => reject(new Error(`Xvfb ended with code ${code}.`)));
    xvfb.stdout.once('data', (data) => resolve(String(data).trim()));
  });
  return { process: xvfb, name: `:${number}` };
}

/** Asks the driver for a session until it listens. */
async function startSession(port: number, miniBrowser: string): Promise<WebDriver> {
  const capabilities = new Capabilities();
  capabilities.setBrowserName('MiniBrowser');
  capabilities.set('webkitgtk:browserOptions', { binary: miniBrowser, args: ['--automation'] });
  const server = `http://127.0.0.1:${port}`;
  for (const start = Date.now(); ; ) {
    const listens = await fetch(`${server}/status`).then(
      () => true,
      () => false,
    );
    if (listens) break;
    if (Date.now() - start > 60_000) throw new Error('WebKitWebDriver does not answer.');
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return new Builder().usingServer(server).withCapabilities(capabilities).build();
}

/** WebKitGTK's MiniBrowser through WebKitWebDriver, on a virtual display. */
export async function openWebKit(driverPath: string, miniBrowser: string): Promise<BrowserPage> {
  const display = await startDisplay();
  const port = await freePort();
  const driver = spawn(driverPath, [`--port=${port}`, '--host=127.0.0.1'], {
    // WebKit's own sandbox needs user namespaces, which containers often lack; the page comes from this machine.
    env: { ...process.env, DISPLAY: display.name, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: '1' },
    stdio: 'ignore',
  });
  const end = () => {
    driver.kill();
    display.process.kill();
  };
  let session: WebDriver;
  try {
    session = await startSession(port, miniBrowser);
  } catch (error) {
    end();
    throw error;
  }
  await session.manage().setTimeouts({ script: 120_000, pageLoad: 120_000, implicit: 60_000 });
  await session.manage().window().setRect({ width: 1440, height: 1000 });
  const element = (xpath: string) => session.findElement(By.xpath(xpath));
  return {
    open: (url) => session.get(url),
    text: async (xpath) =>
      (await session.executeScript<string | null>(
        'return document.evaluate(arguments[0], document, null, XPathResult.FIRST_ORDERED_NODE_TYPE).singleNodeValue?.textContent ?? null;',
        xpath,
      )) ?? '',
    click: async (xpath) => (await element(xpath)).click(),
    fill: async (xpath, text) => {
      const field = await element(xpath);
      await field.click();
      await field.sendKeys(Key.chord(Key.CONTROL, 'a'));
      await field.sendKeys(text);
    },
    press: async (xpath, key, times = 1) => {
      await (await element(xpath)).sendKeys(...Array.from({ length: times }, () => keys[key]));
    },
    evaluate: (expression) => session.executeScript(`return (${expression});`),
    errors: () => [],
    screenshot: async (path) => writeFile(path, Buffer.from(await session.takeScreenshot(), 'base64')),
    close: async () => {
      await session.quit().catch(() => undefined);
      end();
    },
  };
}
