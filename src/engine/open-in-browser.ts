import type { OnProgress } from '../lib/bytes/progress.ts';
import { type BrowserRuntimeOptions, browserRuntimes } from '../model/runtime/browser.ts';
import type { DeviceChoice } from '../model/runtime/choose.ts';
import type { ModelSource } from '../model/source.ts';
import type { Model } from './model.ts';
import { loadModel } from './open-model.ts';

export interface OpenModelOptions extends BrowserRuntimeOptions {
  /** 'auto', where it is left out, takes WebGPU on a graphics card, else WebAssembly. */
  readonly device?: DeviceChoice;
  readonly onProgress?: OnProgress;
  readonly signal?: AbortSignal;
}

/** A file by its address, which may be relative to the page's or worker's own. */
function atAddress(address: string): ModelSource {
  const { href, pathname } = new URL(address, globalThis.location?.href);
  return { kind: 'url', url: href, name: decodeURIComponent(pathname.replace(/^.*\//, '')) };
}

/**
 * Opens a model in a page or a worker: a GGUF file by its address, chosen files, or a repository of the Hub.
 * @param source an address, or what `ModelSource` describes
 * @throws EngineError with a code and one sentence that says what to do
 */
export function openModel(source: string | ModelSource, options: OpenModelOptions = {}): Promise<Model> {
  const { device = 'auto', wasmPaths, startSpinner, onProgress, signal } = options;
  const named = typeof source === 'string' ? atAddress(source) : source;
  const runtimes = browserRuntimes({ wasmPaths, startSpinner });
  return loadModel({ source: named, device }, runtimes, { onProgress, signal });
}
