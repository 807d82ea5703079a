import { blobSource } from '../../src/lib/bytes/source.ts';
import { browserRuntimes } from '../../src/model/runtime/browser.ts';
import { wasmPaths } from '../../workers/wasm-files.ts';
import { answerCalls } from './calls.ts';
import { compare, floor, openPair, type Pair } from './pair.ts';

let pair: Pair | undefined;

const opened = () => {
  if (!pair) throw new Error('no graph is open');
  return pair;
};

async function adapterName(): Promise<string> {
  const info = (await navigator.gpu?.requestAdapter())?.info;
  return info ? [info.vendor, info.architecture, info.description].filter(Boolean).join(' ') : 'none';
}

const handlers = {
  async open({ url, device, layers }: { url: string; device: 'wasm' | 'webgpu'; layers?: number }) {
    const blob = await (await fetch(url)).blob();
    const runtime = await browserRuntimes({ wasmPaths })[device]();
    pair = await openPair(blobSource(blob, url), runtime, layers);
    const adapter = device === 'webgpu' ? await adapterName() : undefined;
    return { layers: pair.layers, threads: runtime.threads, adapter };
  },
  compare: (input: { prompt: readonly number[]; blocks: number; steps: number }) =>
    compare(opened(), input.prompt, input),
  floor: (input: { prompt: readonly number[]; rows: number }) => floor(opened(), input.prompt, input.rows),
};

export type PairHandlers = typeof handlers;

answerCalls(handlers);
