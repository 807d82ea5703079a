/** Where a model's bytes come from. Files are read by slices in the worker. */
export type ModelSource =
  /** One GGUF file by its address. */
  | { readonly kind: 'url'; readonly url: string; readonly name: string }
  /** A GGUF file or all its parts, or an ONNX export (config, tokenizer, graph, data), by their paths in what was chosen. */
  | { readonly kind: 'files'; readonly files: readonly { readonly path: string; readonly file: File }[] }
  | HubSource;

/** A repository of the Hub. */
export interface HubSource {
  readonly kind: 'hub';
  /** `owner/name`. */
  readonly repository: string;
  /** Branch, tag or commit; "main" where it is left out. */
  readonly revision?: string;
  /** Address of a mirror. */
  readonly host?: string;
  /** Of an ONNX repository; without it and `file` the one that suits the device. */
  readonly precision?: OnnxPrecision;
  /** A .gguf (the first or any part of a split one) or .onnx file of the repository. */
  readonly file?: string;
}

/** ONNX precisions as the Hub's exports name them by file suffix. */
export type OnnxPrecision = 'fp32' | 'fp16' | 'q8' | 'int8' | 'uint8' | 'q4' | 'q4f16' | 'bnb4';
