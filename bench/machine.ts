import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import type { Browser } from 'playwright';

export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memory_gb: number;
  readonly system: string;
  readonly browser: string;
  readonly date: string;
}

export function describeMachine(browser: Browser): Machine {
  const [first] = cpus();
  return {
    cpu: first?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memory_gb: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${process.arch}`,
    browser: `Chromium ${browser.version()}`,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Memory of a process by a name of /proc: VmRSS is what it holds, VmHWM the most that it held, MB; undefined where the system does not tell. */
function memoryOf(pid: number, name: 'VmRSS' | 'VmHWM'): number | undefined {
  if (process.platform !== 'linux') return undefined;
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1];
  return kilobytes === undefined ? undefined : (Number(kilobytes) * 1024) / 1e6;
}

/** Memory of the browser's largest renderer process, MB: the process that runs the page and its workers. */
async function rendererMemory(browser: Browser, name: 'VmRSS' | 'VmHWM'): Promise<number | undefined> {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const all = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => memoryOf(id, name));
  const known = all.filter((memory) => memory !== undefined);
  return known.length > 0 ? Math.max(...known) : undefined;
}

/** The most memory that the browser's largest renderer process held, MB. */
export const peakRendererMemory = (browser: Browser) => rendererMemory(browser, 'VmHWM');

/** What the browser's largest renderer process holds now, MB. */
export const presentRendererMemory = (browser: Browser) => rendererMemory(browser, 'VmRSS');
