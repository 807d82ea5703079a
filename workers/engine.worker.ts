import { createEngine } from '../src/engine/engine.ts';
import { serveEngine } from '../src/protocol/server.ts';
import { browserRuntimes } from '../src/runtime/browser.ts';

const take = serveEngine(createEngine(browserRuntimes), (response) => postMessage(response));
addEventListener('message', (event) => take(event.data));
