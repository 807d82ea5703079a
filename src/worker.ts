/** A model in a worker: `createEngine` and `serveEngine` in the worker, `createEngineClient` in the page. */
export { type BrowserRuntimeOptions, browserRuntimes } from './model/runtime/browser.ts';
export type { CallOptions } from './rpc/client.ts';
export { createEngine } from './worker/engine.ts';
export type { Calls } from './worker/engine-calls.ts';
export { createEngineClient, type EngineClient, type Port } from './worker/engine-client.ts';
export { serveEngine } from './worker/serve-engine.ts';
