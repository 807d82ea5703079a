import { type ModelProto, nodeBytes, type TensorProto } from '../graph/onnx/model.ts';
import { type FastHash, fastHash, hashTexts } from '../lib/bytes/fast-hash.ts';
import type { ModelIdentity } from '../neurons/identity.ts';

/** What an export's files say beside its graph. */
export interface ExportTexts {
  readonly config: Readonly<Record<string, unknown>>;
  readonly generation: Readonly<Record<string, unknown>>;
  readonly tokenizer: Readonly<Record<string, unknown>>;
  readonly tokenizerConfig: Readonly<Record<string, unknown>>;
  readonly template: string | undefined;
}

/** Keys of config.json that a runtime computes by. */
const SHAPE_KEYS = ['model_type', 'vocab_size', 'max_position_embeddings', 'head_dim', 'num_attention_heads'];
const END_KEYS = ['bos_token_id', 'eos_token_id'];
const TOKENIZER_KEYS = ['added_tokens', 'normalizer', 'pre_tokenizer', 'post_processor', 'decoder', 'model'];
const CONFIG_KEYS = ['bos_token', 'eos_token', 'unk_token', 'add_bos_token'];

const chosen = (from: Readonly<Record<string, unknown>>, keys: readonly string[]) =>
  keys.map((key) => `${key} ${JSON.stringify(from[key]) ?? ''}`);

async function weightsHash(
  hash: FastHash,
  tensors: readonly TensorProto[],
  bytesOf: BytesOfTensor,
): Promise<string> {
  const lines: string[] = [];
  for (const tensor of tensors) {
    const bytes = await bytesOf(tensor);
    hash.restart();
    hash.update(bytes);
    lines.push(`${tensor.name} ${tensor.dataType} ${tensor.dims.join('x')} ${hash.digest()}`);
  }
  return hashTexts(hash, lines.sort());
}

function graphHash(hash: FastHash, { graph, opsetImport }: ModelProto, texts: readonly string[]): string {
  const around = [
    ...opsetImport.map(({ domain, version }) => `${domain} ${version}`),
    ...[...(graph?.input ?? []), ...(graph?.output ?? [])].map(({ name }) => name),
    ...texts,
  ];
  const outside = hashTexts(hash, around);
  hash.restart();
  hash.update(outside);
  for (const node of graph?.node ?? []) hash.update(nodeBytes(node));
  return hash.digest();
}

/** The bytes of a weight as they are stored; one after another is asked for. */
export type BytesOfTensor = (tensor: TensorProto) => Uint8Array | Promise<Uint8Array>;

/**
 * The identity of an exported model.
 * @param model as it was decoded, before any edit
 * @throws EngineError `bad-input` for weights that do not fit their data
 */
export async function onnxIdentity(
  model: ModelProto,
  bytesOf: BytesOfTensor,
  { config, generation, tokenizer, tokenizerConfig, template }: ExportTexts,
): Promise<ModelIdentity> {
  const hash = await fastHash();
  return {
    weights: await weightsHash(hash, model.graph?.initializer ?? [], bytesOf),
    computation: graphHash(hash, model, chosen(config, SHAPE_KEYS)),
    tokenizer: hashTexts(hash, [
      ...chosen(tokenizer, TOKENIZER_KEYS),
      ...chosen(tokenizerConfig, CONFIG_KEYS),
      ...chosen(generation, END_KEYS),
      ...chosen(config, END_KEYS),
    ]),
    template: hashTexts(hash, [template ?? '']),
  };
}
