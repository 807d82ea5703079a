import { AutoModelForCausalLM, env, type PreTrainedModel, Tensor } from '@huggingface/transformers';
import mjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url';
import wasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url';
import { answerCalls } from './calls.ts';

let model: PreTrainedModel | undefined;

const handlers = {
  async open(input: { models: string; name: string; dtype: 'fp32' | 'q4'; threads: number }) {
    env.allowRemoteModels = false;
    env.allowLocalModels = true;
    env.localModelPath = input.models;
    env.useBrowserCache = false;
    env.useWasmCache = false;
    const onnx = env.backends.onnx.wasm;
    if (!onnx) throw new Error('transformers.js has no WebAssembly backend');
    onnx.wasmPaths = { mjs, wasm };
    onnx.numThreads = input.threads;
    model = await AutoModelForCausalLM.from_pretrained(input.name, {
      dtype: input.dtype,
      device: 'wasm',
      use_external_data_format: true,
    });
  },
  /** Greedy tokens behind a prompt, and how long they took with its reading. */
  async generate({ prompt, maxTokens }: { prompt: readonly number[]; maxTokens: number }) {
    if (!model) throw new Error('no model is open');
    const int64 = (values: readonly number[]) =>
      new Tensor('int64', BigInt64Array.from(values, BigInt), [1, values.length]);
    const start = performance.now();
    const output = (await model.generate({
      inputs: int64(prompt),
      attention_mask: int64(prompt.map(() => 1)),
      max_new_tokens: maxTokens,
      do_sample: false,
    } as Parameters<PreTrainedModel['generate']>[0])) as Tensor;
    const ms = performance.now() - start;
    const ids = Array.from(output.data as BigInt64Array, Number);
    return { ms, ids: ids.slice(prompt.length) };
  },
};

export type RivalHandlers = typeof handlers;

answerCalls(handlers);
