import { browserRuntimes } from '../src/model/runtime/browser.ts';
import { createEngine } from '../src/worker/engine.ts';
import { serveEngine } from '../src/worker/serve-engine.ts';
import { wasmPaths } from './wasm-files.ts';

const startSpinner = () => new Worker(new URL('./spin.worker.ts', import.meta.url), { type: 'module' });

const take = serveEngine(createEngine(browserRuntimes({ wasmPaths, startSpinner })), (response) =>
  postMessage(response),
);
addEventListener('message', (event) => take(event.data));
