import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Page } from '@playwright/test';
import { build } from 'vite';
import type { GenerateIn, GenerateOut, TokenEvent } from '../../src/engine/answer-events.ts';
import type { LoadedModel } from '../../src/engine/model-info.ts';
import type { Client } from '../../src/rpc/client.ts';
import type { LoadIn } from '../../src/worker/engine-calls.ts';
import type { EngineClient } from '../../src/worker/engine-client.ts';
import type { StudyCalls } from '../../src/worker/study-calls.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const isolation = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

declare global {
  interface Window {
    /** The engine of the built site, in a worker. */
    engine: EngineClient;
    /** The study worker of the built site. */
    study: Client<StudyCalls>;
  }
}

async function clientSource(): Promise<string> {
  const entry = `${root}src/rpc/client.ts`;
  const options = { write: false, lib: { entry, formats: ['es' as const], fileName: 'client' } };
  const built = await build({ root, configFile: false, publicDir: false, logLevel: 'error', build: options });
  const [output] = Array.isArray(built) ? built : [built];
  if (!output || !('output' in output)) throw new TypeError('Vite did not build the client');
  return output.output[0].code;
}

/** Opens an empty page of the built site's origin with the site's own workers and their clients in `window`. */
export async function openEnginePage(page: Page): Promise<void> {
  const assets = await readdir(`${root}dist/assets`);
  const [engine, study] = ['engine', 'study'].map((worker) => {
    const name = assets.find((asset) => asset.startsWith(`${worker}.worker-`) && asset.endsWith('.js'));
    return `../assets/${name}`;
  });
  const body = '<!doctype html><title>Engine</title>';
  await page.route('**/engine/', (route) =>
    route.fulfill({ contentType: 'text/html', headers: isolation, body }),
  );
  const client = await clientSource();
  await page.route('**/engine/client.js', (route) =>
    route.fulfill({ contentType: 'text/javascript', body: client }),
  );
  await page.route('**/engine/tiny-llama.gguf', (route) =>
    route.fulfill({
      path: `${root}test/fixtures/gguf/tiny-llama.gguf`,
      contentType: 'application/octet-stream',
    }),
  );
  await page.goto('./engine/');
  await page.evaluate(
    async ([engine, study]) => {
      const module = new URL('client.js', location.href).href;
      const { createClient } = await import(/* @vite-ignore */ module);
      window.engine = createClient(new Worker(engine, { type: 'module' }));
      window.study = createClient(new Worker(study, { type: 'module' }));
    },
    [engine!, study!] as const,
  );
}

export const defaultModel = '../models/SmolLM2-135M-Instruct.Q4_1.gguf';
export const tinyModel = 'tiny-llama.gguf';

/** Loads the model at a path below the page. */
export function load(page: Page, path: string, device: LoadIn['device']): Promise<LoadedModel> {
  return page.evaluate(
    ([path, device]) => {
      const url = new URL(path, location.href).href;
      return window.engine.call('load', { source: { kind: 'url', url, name: path }, device });
    },
    [path, device] as const,
  );
}

export interface Answer {
  readonly out: GenerateOut;
  readonly tokens: readonly TokenEvent[];
  /** CETT of all neurons at the positions asked for, by lane. */
  readonly cett: readonly (readonly (readonly number[])[])[];
}

/** Answers and reads the neurons of some positions in all lanes. */
export function answer(
  page: Page,
  request: Pick<GenerateIn, 'lanes' | 'maxTokens'> & {
    readonly ids: readonly number[];
    readonly positions: readonly number[];
  },
): Promise<Answer> {
  return page.evaluate(async ({ ids, lanes, maxTokens, positions }) => {
    const tokens: TokenEvent[] = [];
    const input: GenerateIn = { prompt: { kind: 'ids', ids }, lanes, maxTokens, watched: [], bins: 16 };
    const { id, done } = window.engine.start('generate', input, {
      onEvent: (event) => {
        if (event.type === 'token') tokens.push(event);
      },
    });
    const out = await done;
    const detail = async (lane: number, position: number) => {
      const range = { run: id, lane, position, start: 0, end: Number.MAX_SAFE_INTEGER };
      return Array.from((await window.engine.call('detail', range)).cett);
    };
    const cett = await Promise.all(
      lanes.map((_, lane) => Promise.all(positions.map((position) => detail(lane, position)))),
    );
    return { out, tokens, cett };
  }, request);
}
