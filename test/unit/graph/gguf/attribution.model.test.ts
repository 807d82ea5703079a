import { describe, expect, it } from 'vitest';
import { klDivergence } from '../../../../src/engine/distribution-store.ts';
import { neuronAttribution } from '../../../../src/graph/gguf/attribution.ts';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import { readFloats } from '../../../../src/graph/gguf/linear-weights.ts';
import { llamaConfig } from '../../../../src/graph/gguf/llama-config.ts';
import type { GgufTensor } from '../../../../src/graph/gguf/types.ts';
import { batchScales, forward } from '../../../../src/inference/forward.ts';
import { emptyCache } from '../../../../src/inference/kv-cache.ts';
import { nativeRuntime } from '../../../../src/model/runtime/native.ts';
import { openTiny, tinySource } from '../../../support/models.ts';

describe('direct logit attribution', () => {
  it('equals the product of column, norm and unembedding, centred', async () => {
    const file = await readGguf(await tinySource());
    const config = llamaConfig(file);
    const weights = async (name: string) => readFloats(file, file.tensors.get(name) as GgufTensor);
    const ref = { layer: 1, neuron: 17 };
    const down = await weights('blk.1.ffn_down.weight');
    const norm = await weights('output_norm.weight');
    const embedding = await weights('token_embd.weight');
    const expected = Array.from({ length: config.vocabulary }, (_, id) => {
      let sum = 0;
      for (let i = 0; i < config.hidden; i++) {
        sum += embedding[id * config.hidden + i] * norm[i] * down[i * config.width + ref.neuron];
      }
      return sum;
    });
    const mean = expected.reduce((a, b) => a + b, 0) / expected.length;
    const found = await neuronAttribution(file, config, ref);
    expect(found).toHaveLength(config.vocabulary);
    found.forEach((logit, id) => {
      expect(logit).toBeCloseTo(expected[id] - mean, 5);
    });
  });

  it('ranks tokens as scaling a last-layer neuron moves the logits of the model', async () => {
    const { model, io } = await openTiny(nativeRuntime(1));
    const ref = { layer: 1, neuron: 17 };
    const logitsAt = async (factor: number) => {
      const scales = batchScales(model, [[{ ...ref, factor }]]);
      const ids = [[5, 9, 12, 40]];
      const output = await forward(model, {
        ids,
        cache: emptyCache(io, model.runtime, 1),
        scales,
        capture: [3],
        logits: [3],
      });
      return {
        logits: output.logits(0, 0).slice(),
        z: output.captured(0, 0).z[model.layout.offsets[1] + ref.neuron],
      };
    };
    const low = await logitsAt(0.99);
    const high = await logitsAt(1.01);
    const moved = high.logits.map((logit, id) => (logit - low.logits[id]) * Math.sign(high.z));
    const direct = (await model.attribution?.(ref)) as Float32Array;
    const centre = (values: Float32Array) => {
      const mean = values.reduce((a, b) => a + b, 0) / values.length;
      return values.map((value) => value - mean);
    };
    const [a, b] = [centre(moved), centre(direct)];
    const dot = (x: Float32Array, y: Float32Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
    expect(dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))).toBeGreaterThan(0.9);
  });
});

describe('Kullback-Leibler divergence', () => {
  it('is zero for equal distributions and p log(p/q) summed otherwise', () => {
    const logits = new Float32Array([Math.log(0.5), Math.log(0.25), Math.log(0.25)]);
    expect(klDivergence(logits, 0, logits)).toBe(0);
    const reference = new Float32Array([Math.log(0.25), Math.log(0.5), Math.log(0.25)]);
    expect(klDivergence(logits, 0, reference)).toBeCloseTo(0.5 * Math.log(2) + 0.25 * Math.log(0.5), 6);
  });
});
