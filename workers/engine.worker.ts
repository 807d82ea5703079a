import { createEngine } from '../src/engine/engine.ts';
import { serveEngine } from '../src/protocol/server.ts';
import { browserRuntimes } from '../src/runtime/browser.ts';

const startSpinner = () => new Worker(new URL('./spin.worker.ts', import.meta.url), { type: 'module' });

const take = serveEngine(createEngine(browserRuntimes(startSpinner)), (response) => postMessage(response));
addEventListener('message', (event) => take(event.data));
