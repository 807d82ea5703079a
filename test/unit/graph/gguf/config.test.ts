import { describe, expect, it } from 'vitest';
import { neuronAttribution } from '../../../../src/graph/gguf/attribution.ts';
import { readGguf } from '../../../../src/graph/gguf/file.ts';
import { readFloats } from '../../../../src/graph/gguf/linear-weights.ts';
import { llamaConfig } from '../../../../src/graph/gguf/llama-config.ts';
import { rotaryFrequencies } from '../../../../src/graph/gguf/rope.ts';
import type { GgufFile, GgufTensor, GgufValue } from '../../../../src/graph/gguf/types.ts';
import { EngineError } from '../../../../src/lib/errors.ts';
import { familySource, type TinyFamily } from '../../../support/tiny-families.ts';

const files = {
  llama3: await readGguf(await familySource('llama3')),
  mistral: await readGguf(await familySource('mistral')),
  qwen2: await readGguf(await familySource('qwen2')),
  qwen3: await readGguf(await familySource('qwen3')),
  gemma3: await readGguf(await familySource('gemma3')),
};

/** A tiny model with some metadata entries changed, or dropped where undefined. */
function changed(name: TinyFamily, entries: Record<string, GgufValue | undefined>): GgufFile {
  const metadata = new Map(files[name].metadata);
  for (const [key, value] of Object.entries(entries)) {
    if (value === undefined) metadata.delete(key);
    else metadata.set(key, value);
  }
  return { ...files[name], metadata };
}

/** The same model under another architecture's name. */
function renamed(name: TinyFamily, architecture: string, more: Record<string, GgufValue> = {}): GgufFile {
  const entries = [...files[name].metadata].map(([key, value]): [string, GgufValue] => [
    key.replace(/^(llama|qwen2|qwen3|gemma3)\./, `${architecture}.`),
    value,
  ]);
  const metadata = new Map([
    ...entries,
    ['general.architecture', architecture] as const,
    ...Object.entries(more),
  ]);
  return { ...files[name], metadata };
}

function withTensor(name: TinyFamily, tensor: string): GgufFile {
  const [first] = files[name].tensors.values();
  const tensors = new Map<string, GgufTensor>([
    ...files[name].tensors,
    [tensor, { ...first!, name: tensor }],
  ]);
  return { ...files[name], tensors };
}

describe('layers with a window', () => {
  const localOf = (file: GgufFile) => llamaConfig(file).window?.isLocal.map(Number).join('');

  it('are all of mistral, and all but every sixth of gemma3', () => {
    expect(localOf(files.mistral)).toBe('1111');
    expect(localOf(files.gemma3)).toBe('11111011');
    expect(llamaConfig(files.gemma3).window).toMatchObject({ positions: 8, ropeTheta: 10000 });
    expect(llamaConfig(files.llama3).window).toBeUndefined();
  });

  it('are those that the file names', () => {
    const key = 'gemma3.attention.sliding_window_pattern';
    expect(localOf(changed('gemma3', { [key]: 2 }))).toBe('10101010');
    const list = [false, true, true, false, false, false, false, true];
    expect(localOf(changed('gemma3', { [key]: list }))).toBe('01100001');
    expect(llamaConfig(changed('gemma3', { 'gemma3.rope.freq_base_swa': 5000 })).window?.ropeTheta).toBe(
      5000,
    );
  });

  it('need no window where it is as long as the context', () => {
    const file = changed('mistral', { 'llama.attention.sliding_window': 256 });
    expect(llamaConfig(file).window).toBeUndefined();
    const other = changed('gemma3', { 'gemma3.attention.sliding_window': 256 });
    expect(llamaConfig(other).window?.ropeTheta).toBe(10000);
  });

  it('are none of qwen2, whatever the file says', () => {
    expect(llamaConfig(changed('qwen2', { 'qwen2.attention.sliding_window': 8 })).window).toBeUndefined();
  });
});

describe('the hyperparameters', () => {
  it('of a file of the architecture mistral are those of llama', () => {
    const file = renamed('mistral', 'mistral');
    const { architecture, ...rest } = llamaConfig(file);
    expect(architecture).toBe('mistral');
    expect(rest).toEqual((({ architecture: _, ...others }) => others)(llamaConfig(files.mistral)));
  });

  it('scale attention by the head size, by hidden size per head in Gemma 3 27B, or as the file says', () => {
    expect(llamaConfig(files.gemma3).attentionScale).toBe(16 ** -0.5);
    const file = changed('gemma3', { 'gemma3.attention.scale': 0.5 });
    expect(llamaConfig(file).attentionScale).toBe(0.5);
    const tensors = new Map<string, GgufTensor>([...files.gemma3.tensors]);
    for (const [name, tensor] of files.gemma3.tensors) {
      if (!name.startsWith('blk.0.')) continue;
      for (let layer = 8; layer < 62; layer++) tensors.set(name.replace('blk.0.', `blk.${layer}.`), tensor);
    }
    const deep = { ...changed('gemma3', { 'gemma3.block_count': 62 }), tensors };
    expect(llamaConfig(deep).attentionScale).toBe((32 / 4) ** -0.5);
  });

  it('may be lists of one value for every layer', () => {
    const lists = {
      'qwen3.feed_forward_length': Uint32Array.of(...Array(4).fill(llamaConfig(files.qwen3).width)),
      'qwen3.attention.head_count_kv': Array(4).fill(llamaConfig(files.qwen3).kvHeads),
    };
    expect(llamaConfig(changed('qwen3', lists))).toEqual(llamaConfig(files.qwen3));
    const unequal = changed('qwen3', { 'qwen3.feed_forward_length': Uint32Array.of(64, 32) });
    expect(() => llamaConfig(unequal)).toThrow(
      /feed_forward_length is a list of different values; it must be/,
    );
  });

  it('scale rotary positions linearly where a factor has no type, and not at all by 1', () => {
    const factor = (entries: Record<string, GgufValue>) => llamaConfig(changed('qwen2', entries)).ropeScaling;
    expect(factor({ 'qwen2.rope.scaling.factor': 4 })).toEqual({ type: 'linear', factor: 4 });
    expect(factor({ 'qwen2.rope.scale_linear': 2 })).toEqual({ type: 'linear', factor: 2 });
    expect(factor({ 'qwen2.rope.scaling.type': 'none', 'qwen2.rope.scaling.factor': 4 }).type).toBe('none');
    expect(factor({ 'qwen2.rope.scaling.type': 'yarn' }).type).toBe('none');
    expect(factor({}).type).toBe('none');
  });
});

describe('YaRN', () => {
  it('keeps fast frequencies, divides slow ones, and lies between in between', () => {
    const { ropeScaling } = llamaConfig(files.qwen3);
    const plain = rotaryFrequencies(10000, 48, { type: 'none' });
    const ratio = rotaryFrequencies(10000, 48, ropeScaling).map(
      (frequency, pair) => frequency / plain[pair]!,
    );
    expect(ratio[0]).toBe(1);
    expect(ratio.at(-1)).toBeCloseTo(1 / 4, 12);
    expect(ratio.filter((value) => value > 0.26 && value < 0.99).length).toBeGreaterThan(2);
  });
});

describe('is refused in one sentence', () => {
  it.each<[string, GgufFile, RegExp]>([
    [
      'another architecture',
      renamed('qwen2', 'mamba'),
      /has the architecture "mamba"; supported: llama, mistral, qwen2, qwen3, gemma3\.$/,
    ],
    [
      'a mixture of experts',
      renamed('qwen3', 'qwen3moe', { 'qwen3moe.expert_count': 8 }),
      /mixture of experts/,
    ],
    ['partial rotation', changed('qwen2', { 'qwen2.rope.dimension_count': 8 }), /only a part of each head/],
    [
      'values unlike keys',
      changed('qwen3', { 'qwen3.attention.value_length': 32 }),
      /values of another size than its keys/,
    ],
    [
      'an odd head size',
      changed('qwen3', { 'qwen3.attention.key_length': 24, 'qwen3.attention.value_length': 24 }),
      /heads of 24 numbers; only multiples of 16/,
    ],
    [
      'softcapping',
      changed('gemma3', { 'gemma3.final_logit_softcapping': 30 }),
      /final_logit_softcapping = 30, which is not supported/,
    ],
    ['scaled residuals', changed('llama3', { 'llama.residual_scale': 0.5 }), /llama\.residual_scale = 0\.5/],
    [
      'longrope',
      changed('llama3', { 'llama.rope.scaling.type': 'longrope', 'llama.rope.scaling.factor': 4 }),
      /method longrope, which is not supported/,
    ],
    [
      'a negative factor',
      changed('llama3', { 'llama.rope.scaling.factor': -4 }),
      /by -4, which is no positive number/,
    ],
    ['a missing norm', renamed('qwen2', 'qwen3'), /lacks the tensor "blk\.0\.attn_q_norm\.weight"/],
    [
      'a tensor of another kind of attention',
      withTensor('llama3', 'blk.1.attn_sub_norm.weight'),
      /has the tensor "blk\.1\.attn_sub_norm\.weight", which is not known/,
    ],
    [
      'a pattern of texts',
      changed('gemma3', { 'gemma3.attention.sliding_window_pattern': ['a'] }),
      /a number or a list of truth values/,
    ],
  ])('%s', (_, file, message) => {
    expect(() => llamaConfig(file)).toThrow(message);
    expect(() => llamaConfig(file)).toThrow(EngineError);
  });

  it('but not softcapping by 0 or a table that says nothing new', () => {
    llamaConfig(changed('gemma3', { 'gemma3.final_logit_softcapping': 0 }));
    llamaConfig(withTensor('llama3', 'blk.1.attn_rot_embd.weight'));
  });
});

describe('direct logit attribution of gemma3', () => {
  it('goes through the norm after the MLP', async () => {
    const file = files.gemma3;
    const config = llamaConfig(file);
    const weights = async (name: string) => readFloats(file, file.tensors.get(`${name}.weight`)!);
    const [down, post, norm, embedding] = await Promise.all(
      ['blk.3.ffn_down', 'blk.3.post_ffw_norm', 'output_norm', 'token_embd'].map(weights),
    );
    const expected = Float64Array.from({ length: config.vocabulary }, (_, id) => {
      let sum = 0;
      for (let i = 0; i < config.hidden; i++)
        sum += embedding![id * config.hidden + i]! * norm![i]! * post![i]! * down![i * config.width + 17]!;
      return sum;
    });
    const mean = expected.reduce((a, b) => a + b, 0) / expected.length;
    const found = await neuronAttribution(file, config, { layer: 3, neuron: 17 });
    found.forEach((logit, id) => {
      expect(logit).toBeCloseTo(expected[id]! - mean, 5);
    });
  });
});
