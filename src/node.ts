/** The library for Node: models opened by path on ONNX Runtime's native build or on WebAssembly. */
export { type OpenModelOptions, openModel } from './node/open-model.ts';
export * from './shared.ts';
