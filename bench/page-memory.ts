import type { Page } from 'playwright';

/** Some builds of Chromium never answer once ONNX Runtime's threads wait in the page. */
const PATIENCE_MS = 60_000;

/**
 * What the browser counts for a page and its workers (`performance.measureUserAgentSpecificMemory`).
 * @returns bytes; undefined where the browser does not tell, or not within a minute
 */
export function pageMemory(page: Page): Promise<number | undefined> {
  return page.evaluate(async (patience) => {
    const measuring = performance as Performance & {
      measureUserAgentSpecificMemory?(): Promise<{ readonly bytes: number }>;
    };
    const answer = measuring.measureUserAgentSpecificMemory?.().then(({ bytes }) => bytes);
    return Promise.race([
      answer,
      new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), patience)),
    ]);
  }, PATIENCE_MS);
}
