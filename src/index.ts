/**
 * The library for pages and workers: everything that is public, and nothing else. `./node` has the same for Node, where
 * models are opened by path; `./worker` puts a model into a worker; `./neurons` and `./stats` need no model.
 */
export { type OpenModelOptions, openModel } from './engine/open-in-browser.ts';
export type { DeviceChoice } from './model/runtime/choose.ts';
export type { WasmFiles } from './model/runtime/wasm.ts';
export type { HubSource, ModelSource, OnnxPrecision } from './model/source.ts';
export * from './shared.ts';
