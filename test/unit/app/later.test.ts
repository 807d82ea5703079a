import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import { createVersionWatch, startScript } from '../../../app/shell/version.ts';
import { createStudyClient } from '../../../app/studies/study.ts';
import { fetchWaitingParts, later, onMissingPart } from '../../../app/ui/later.ts';

const app = fileURLToPath(new URL('../../../app/', import.meta.url));
const page = (script: string) =>
  `<head><script src="./reload-once.js"></script><script type="module" crossorigin src="./assets/${script}"></script></head><div id="root"></div>`;

describe('parts that come later', () => {
  it('are fetched once, while the page is idle, with those that they bring', async () => {
    const inner = vi.fn(async () => 'inner');
    const part = later(async () => later(inner));
    await fetchWaitingParts(async () => undefined);
    expect(inner).toHaveBeenCalledTimes(1);
    expect(await (await part())()).toBe('inner');
    expect(inner).toHaveBeenCalledTimes(1);
  });

  it('that cannot be had are told in one sentence, and can be had later', async () => {
    const missing = vi.fn();
    onMissingPart(missing);
    let online = false;
    const part = later(async () => {
      if (!online) throw new TypeError('Failed to fetch dynamically imported module: https://x/y.js');
      return 7;
    });
    await expect(part()).rejects.toThrow(/^This part of the page could not be fetched; check the connection/);
    expect(missing).toHaveBeenCalled();
    online = true;
    await expect(part()).resolves.toBe(7);
  });

  it('are all that the page imports when it needs it', () => {
    const files = readdirSync(app, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /\.tsx?$/.test(file),
    );
    const loose = files.flatMap((file) => {
      const text = readFileSync(join(app, file), 'utf8').replaceAll(/typeof import\(/g, '');
      const imports = [...text.matchAll(/\bimport\(/g)];
      const inLater = [...text.matchAll(/\blater\(\s*(?:async )?\(\) =>\s*[\s\S]*?\);?\n/g)].reduce(
        (sum, [part]) => sum + [...part.matchAll(/\bimport\(/g)].length,
        0,
      );
      return imports.length > inLater ? [file] : [];
    });
    expect(loose).toEqual([]);
  });
});

describe('a new version', () => {
  it('is told by the script that the page starts with', async () => {
    expect(startScript(page('index-a.js'))).toBe('./assets/index-a.js');
    let html: string | undefined = page('index-a.js');
    const watch = createVersionWatch('./assets/index-a.js', async () => html);
    const isNew = async () => {
      await watch.look();
      return watch.store.getState().isNew;
    };
    expect(await isNew()).toBe(false);
    html = undefined;
    expect(await isNew(), 'no connection').toBe(false);
    html = '<html><script type="module" src="/login.js"></script>Sign in to this network</html>';
    expect(await isNew(), 'another page in its place').toBe(false);
    html = page('index-b.js');
    expect(await isNew()).toBe(true);
    watch.putOff();
    expect(await isNew(), 'put off').toBe(false);
    html = page('index-c.js');
    expect(await isNew()).toBe(true);
  });
});

describe('the study worker', () => {
  it('is replaced by the next call once it stopped', async () => {
    const ports: EventTarget[] = [];
    const study = createStudyClient(() => {
      const port = Object.assign(new EventTarget(), {
        postMessage({ id }: { id: number }) {
          if (ports.length > 1)
            port.dispatchEvent(new MessageEvent('message', { data: { id, out: { runs: [] } } }));
        },
      });
      ports.push(port);
      return port as never;
    });
    const first = study.call('runs', {});
    ports[0]!.dispatchEvent(new Event('error'));
    await expect(first).rejects.toThrow(
      /stopped: unknown reason\. Try it again; what is stored is still there/,
    );
    await expect(study.call('runs', {})).resolves.toEqual({ runs: [] });
    expect(ports.length).toBe(2);
  });
});
