/** A small language model that the Hugging Face Hub has as an ONNX export or as GGUF files. */
export interface CatalogueModel {
  readonly name: string;
  readonly family: string;
  /** Of the export or the files, `owner/name`. */
  readonly repository: string;
  readonly format: 'gguf' | 'onnx';
  /** Trained to follow instructions, with a chat template; else a base model, which goes on with a text. */
  readonly chat: boolean;
  readonly parameters: number;
  readonly vocabulary: number;
  /** Width of the residual stream. */
  readonly hidden: number;
  readonly layers: number;
  /** MLP neurons a layer. */
  readonly neurons: number;
  readonly licence: string;
}

type Shape = Omit<CatalogueModel, 'name' | 'repository' | 'chat'>;

const onnx = { format: 'onnx' } as const;
const smollm2 = { ...onnx, family: 'SmolLM2', vocabulary: 49_152, licence: 'Apache 2.0' };
const smollm2Small: Shape = { ...smollm2, parameters: 134.5e6, hidden: 576, layers: 30, neurons: 1536 };
const smollm2Middle: Shape = { ...smollm2, parameters: 361.8e6, hidden: 960, layers: 32, neurons: 2560 };
const smollm2Large: Shape = { ...smollm2, parameters: 1.711e9, hidden: 2048, layers: 24, neurons: 8192 };
const qwen = { ...onnx, vocabulary: 151_936, licence: 'Apache 2.0', chat: true };
const gemma = { ...onnx, family: 'Gemma 3', vocabulary: 262_144, licence: 'Gemma' };
const gemmaSmall: Shape = { ...gemma, parameters: 268e6, hidden: 640, layers: 18, neurons: 2048 };
const pythia = { ...onnx, family: 'Pythia', vocabulary: 50_304, licence: 'Apache 2.0', chat: false };
const lfm2 = { ...onnx, family: 'LFM2', vocabulary: 65_536, licence: 'LFM 1.0', chat: true };
const granite = { ...onnx, family: 'Granite 4.0', vocabulary: 100_352, licence: 'Apache 2.0', chat: true };

/** Models to begin with, small ones first in each family. Sizes are those of the published configurations. */
export const catalogue: readonly CatalogueModel[] = [
  { ...smollm2Small, name: 'SmolLM2 135M', repository: 'onnx-community/SmolLM2-135M-ONNX', chat: false },
  {
    ...smollm2Small,
    name: 'SmolLM2 135M Instruct',
    repository: 'HuggingFaceTB/SmolLM2-135M-Instruct',
    chat: true,
  },
  { ...smollm2Middle, name: 'SmolLM2 360M', repository: 'onnx-community/SmolLM2-360M-ONNX', chat: false },
  {
    ...smollm2Middle,
    name: 'SmolLM2 360M Instruct',
    repository: 'HuggingFaceTB/SmolLM2-360M-Instruct',
    chat: true,
  },
  {
    ...smollm2Large,
    name: 'SmolLM2 1.7B',
    repository: 'QuantFactory/SmolLM2-1.7B-GGUF',
    format: 'gguf',
    chat: false,
  },
  {
    ...smollm2Large,
    name: 'SmolLM2 1.7B Instruct',
    repository: 'HuggingFaceTB/SmolLM2-1.7B-Instruct',
    chat: true,
  },
  {
    ...qwen,
    family: 'Qwen2.5',
    name: 'Qwen2.5 0.5B Instruct',
    repository: 'onnx-community/Qwen2.5-0.5B-Instruct',
    parameters: 494e6,
    hidden: 896,
    layers: 24,
    neurons: 4864,
  },
  {
    ...qwen,
    family: 'Qwen2.5',
    name: 'Qwen2.5 1.5B Instruct',
    repository: 'onnx-community/Qwen2.5-1.5B-Instruct',
    parameters: 1.544e9,
    hidden: 1536,
    layers: 28,
    neurons: 8960,
  },
  {
    ...qwen,
    family: 'Qwen3',
    name: 'Qwen3 0.6B',
    repository: 'onnx-community/Qwen3-0.6B-ONNX',
    parameters: 596e6,
    hidden: 1024,
    layers: 28,
    neurons: 3072,
  },
  {
    ...qwen,
    family: 'Qwen3',
    name: 'Qwen3 1.7B',
    repository: 'onnx-community/Qwen3-1.7B-ONNX',
    parameters: 1.721e9,
    hidden: 2048,
    layers: 28,
    neurons: 6144,
  },
  {
    ...onnx,
    family: 'Llama 3.2',
    name: 'Llama 3.2 1B Instruct',
    repository: 'onnx-community/Llama-3.2-1B-Instruct-ONNX',
    chat: true,
    parameters: 1.236e9,
    vocabulary: 128_256,
    hidden: 2048,
    layers: 16,
    neurons: 8192,
    licence: 'Llama 3.2',
  },
  { ...gemmaSmall, name: 'Gemma 3 270M', repository: 'onnx-community/gemma-3-270m-ONNX', chat: false },
  { ...gemmaSmall, name: 'Gemma 3 270M it', repository: 'onnx-community/gemma-3-270m-it-ONNX', chat: true },
  {
    ...gemma,
    name: 'Gemma 3 1B it',
    repository: 'onnx-community/gemma-3-1b-it-ONNX',
    chat: true,
    parameters: 1e9,
    hidden: 1152,
    layers: 26,
    neurons: 6912,
  },
  {
    ...onnx,
    family: 'Phi',
    name: 'Phi 3.5 mini instruct',
    repository: 'onnx-community/Phi-3.5-mini-instruct-onnx-web',
    chat: true,
    parameters: 3.821e9,
    vocabulary: 32_064,
    hidden: 3072,
    layers: 32,
    neurons: 8192,
    licence: 'MIT',
  },
  {
    ...onnx,
    family: 'GPT-2',
    name: 'GPT-2',
    repository: 'onnx-community/gpt2-ONNX',
    chat: false,
    parameters: 124.4e6,
    vocabulary: 50_257,
    hidden: 768,
    layers: 12,
    neurons: 3072,
    licence: 'MIT',
  },
  {
    ...pythia,
    name: 'Pythia 160M',
    repository: 'Xenova/pythia-160m',
    parameters: 162.3e6,
    hidden: 768,
    layers: 12,
    neurons: 3072,
  },
  {
    ...pythia,
    name: 'Pythia 410M',
    repository: 'Xenova/pythia-410m',
    parameters: 405.3e6,
    hidden: 1024,
    layers: 24,
    neurons: 4096,
  },
  {
    ...lfm2,
    name: 'LFM2 350M',
    repository: 'onnx-community/LFM2-350M-ONNX',
    parameters: 354e6,
    hidden: 1024,
    layers: 16,
    neurons: 4608,
  },
  {
    ...lfm2,
    name: 'LFM2 1.2B',
    repository: 'onnx-community/LFM2-1.2B-ONNX',
    parameters: 1.17e9,
    hidden: 2048,
    layers: 16,
    neurons: 8192,
  },
  {
    ...granite,
    name: 'Granite 4.0 350M',
    repository: 'onnx-community/granite-4.0-350m-ONNX-web',
    parameters: 352e6,
    hidden: 1024,
    layers: 28,
    neurons: 2048,
  },
  {
    ...granite,
    name: 'Granite 4.0 1B',
    repository: 'onnx-community/granite-4.0-1b-ONNX-web',
    parameters: 1.63e9,
    hidden: 2048,
    layers: 40,
    neurons: 4096,
  },
];

/** Bytes of a value: of the embedding, and of the other weights with scales and zero points of their blocks of 32 or 64. */
const bytesOfValue = {
  fp32: { embedding: 4, other: 4 },
  fp16: { embedding: 2, other: 2 },
  q8: { embedding: 1, other: 1 },
  int8: { embedding: 1, other: 1 },
  uint8: { embedding: 1, other: 1 },
  q4: { embedding: 4, other: (4 + (32 + 4) / 32) / 8 },
  q4f16: { embedding: 2, other: (4 + (16 + 4) / 32) / 8 },
  bnb4: { embedding: 4, other: (4 + 32 / 64) / 8 },
} as const;

export type CataloguePrecision = keyof typeof bytesOfValue;

/** Bytes of a weight in GGUF files, embedding included. */
const bytesOfWeight = { Q8_0: 8.5 / 8, Q4_K_M: 4.93 / 8 } as const;

export type CatalogueType = keyof typeof bytesOfWeight;

/** About how many bytes a model's GGUF file has. */
export const aboutGgufBytes = ({ parameters }: Pick<CatalogueModel, 'parameters'>, type: CatalogueType) =>
  parameters * bytesOfWeight[type];

/**
 * About how many bytes a model's export has in a precision: parameters times bytes a value, as transformers.js's exports
 * store them: the embedding is not rounded to 4 bits. Within a tenth of the published files for most.
 */
export function aboutExportBytes(
  { parameters, vocabulary, hidden }: Pick<CatalogueModel, 'parameters' | 'vocabulary' | 'hidden'>,
  precision: CataloguePrecision,
): number {
  const { embedding, other } = bytesOfValue[precision];
  const embedded = Math.min(parameters, vocabulary * hidden);
  return embedded * embedding + (parameters - embedded) * other;
}
