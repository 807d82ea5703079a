import { createEngine } from '../src/engine/engine.ts';
import { serve } from '../src/protocol/server.ts';
import { browserRuntimes } from '../src/runtime/browser.ts';

const take = serve(createEngine(browserRuntimes), (response) => postMessage(response));
addEventListener('message', (event) => take(event.data));
