import { mkdir, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readGguf } from '../src/graph/gguf/file.ts';
import { type LlamaConfig, llamaConfig } from '../src/graph/gguf/llama-config.ts';
import { type BuiltModel, buildLlama } from '../src/graph/gguf/llama-graph.ts';
import { tokenizerFromGguf } from '../src/graph/gguf/tokenizer.ts';
import { pointOutside } from '../src/graph/onnx/builders.ts';
import { externalLocation } from '../src/graph/onnx/external-location.ts';
import { encodeModel } from '../src/graph/onnx/model.ts';
import { withFile } from '../src/node/file-source.ts';
import { quantiseGraph4 } from './quantise4.ts';

/** Name of the model in the folder that transformers.js reads. */
export const rivalName = 'default-model';

function hubConfig(config: LlamaConfig): object {
  return {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    hidden_size: config.hidden,
    intermediate_size: config.width,
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    num_key_value_heads: config.kvHeads,
    head_dim: config.headDim,
    vocab_size: config.vocabulary,
    max_position_embeddings: config.contextLength,
    rms_norm_eps: config.normEpsilon,
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tied,
  };
}

/** Writes a model as exporters do: the graph in one file, all its weights in another beside it. */
async function writeModel(built: Omit<BuiltModel, 'cuts'>, folder: string, name: string): Promise<void> {
  const location = `${name}_data`;
  const places = new Map<string, { readonly offset: number; readonly length: number }>();
  const file = await open(join(folder, location), 'w');
  let offset = 0;
  for (const { path, data } of built.externalData) {
    await file.writeFile(data);
    places.set(path, { offset, length: data.byteLength });
    offset += data.byteLength;
  }
  await file.close();
  for (const tensor of built.model.graph?.initializer ?? []) {
    const place = places.get(externalLocation(tensor)?.location ?? '');
    if (place) pointOutside(tensor, location, place.offset, place.length);
  }
  await writeFile(join(folder, name), encodeModel(built.model));
}

/**
 * Writes the folder that transformers.js loads: the graph that the engine builds from the GGUF file, before it is
 * edited, with dense float32 weights (`model.onnx`) and with 4-bit ones (`model_q4.onnx`).
 */
export async function writeRivalFolder(gguf: string, models: string): Promise<void> {
  const folder = join(models, rivalName);
  const onnx = join(folder, 'onnx');
  await rm(folder, { recursive: true, force: true });
  await mkdir(onnx, { recursive: true });
  await withFile(gguf, async (source) => {
    const file = await readGguf(source);
    const config = llamaConfig(file);
    const { bosId, eosIds } = tokenizerFromGguf(file);
    await writeFile(join(folder, 'config.json'), JSON.stringify(hubConfig(config)));
    const generation = { bos_token_id: bosId, eos_token_id: eosIds, pad_token_id: eosIds[0] };
    await writeFile(join(folder, 'generation_config.json'), JSON.stringify(generation));
    const built = await buildLlama(file, config, 'float32');
    await writeModel(quantiseGraph4(built), onnx, 'model_q4.onnx');
    await writeModel(built, onnx, 'model.onnx');
  });
}
