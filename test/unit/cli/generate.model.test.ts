import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type GenerateOptions, runGenerate } from '../../../src/cli/generate.ts';
import { activationStatistics } from '../../../src/engine/activation-statistics.ts';
import { generate } from '../../../src/inference/generate.ts';
import { bytesSource } from '../../../src/lib/bytes/source.ts';
import { openGguf } from '../../../src/model/open-gguf.ts';
import { nativeRuntime } from '../../../src/model/runtime/native.ts';
import { randomControl } from '../../../src/neurons/controls.ts';
import { promptFrom } from '../../../src/node/prompt-options.ts';
import { scaledControl } from '../../../src/steering/scaled-control.ts';
import { tinyReference } from '../../support/models.ts';

const path = 'test/fixtures/gguf/tiny-llama.gguf';

const options = (rest: Partial<GenerateOptions>): GenerateOptions => ({
  model: path,
  device: 'native',
  ids: tinyReference.input_ids,
  scale: 1,
  scope: 'everywhere',
  maxTokens: 4,
  temperature: 0,
  topK: 0,
  topP: 1,
  repetitionPenalty: 1,
  seed: 1,
  controlSeed: 1,
  ...rest,
});

describe('generate in the terminal', () => {
  it("runs the control at the set's own scales", async () => {
    const { lanes } = await runGenerate(options({ neuron: ['0:1=0', '0:2=3', '1:0'], scale: -2 }));
    const model = await openGguf(bytesSource(new Uint8Array(readFileSync(path)), path), nativeRuntime(1));
    const { meanCett } = await activationStatistics(model);
    const steered = [
      { layer: 0, neuron: 1, factor: 0 },
      { layer: 0, neuron: 2, factor: 3 },
      { layer: 1, neuron: 0, factor: -2 },
    ];
    const drawn = randomControl({ layout: model.layout, members: steered, meanCett, seed: 1 });
    const control = scaledControl(steered, drawn, model.layout, meanCett);
    expect(control.map(({ factor }) => factor).sort()).toEqual([-2, 0, 3]);
    const sampling = { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 };
    const lane = (neurons: typeof steered) => ({ neurons, scope: 'everywhere' as const, sampling });
    const expected = await generate(
      model,
      { promptIds: tinyReference.input_ids, lanes: [lane([]), lane(steered), lane(control)], maxTokens: 4 },
      { position: () => {}, token: () => {} },
    );
    expect(lanes.map(({ name }) => name)).toEqual(['unsteered', 'steered', 'control']);
    expect(lanes.map(({ logprobs }) => logprobs)).toEqual(expected.lanes.map(({ logprobs }) => logprobs));
    await model.session.release();
  });

  it('steers the control where the set has its own scales and --scale is 1', async () => {
    const { lanes } = await runGenerate(options({ neuron: ['0:1=0', '1:0=0'] }));
    const [unsteered, , control] = lanes;
    expect(control?.logprobs).not.toEqual(unsteered?.logprobs);
  });

  it('takes control tokens for such in raw text only, and only where asked', () => {
    expect(promptFrom({ prompt: 'x', raw: true })).toEqual({ kind: 'raw', text: 'x' });
    expect(promptFrom({ prompt: 'x', raw: true, controlTokens: true })).toEqual({
      kind: 'raw',
      text: 'x',
      readControls: true,
    });
    expect(() => promptFrom({ prompt: 'x', controlTokens: true })).toThrow(
      /--control-tokens goes with --raw/,
    );
  });
});

describe('notices of a prompt and of a model', () => {
  let folder: string;
  const written: string[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hneurons-notices-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('stand on stderr', async () => {
    const bytes = readFileSync(path);
    const key = Buffer.from('tokenizer.ggml.token_type');
    // Renamed, the entry is unknown, and the file has no token types.
    bytes.set(Buffer.from('tokenizer.ggml.token_typo'), bytes.indexOf(key));
    const place = join(folder, 'tiny.gguf');
    writeFileSync(place, bytes);
    const spy = vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      written.push(String(text));
      return true;
    });
    try {
      await runGenerate(
        options({ model: place, ids: undefined, prompt: 'the cat ', raw: true, maxTokens: 1 }),
      );
    } finally {
      spy.mockRestore();
    }
    expect(written.join('')).toMatch(/does not say which of its tokens are control tokens/);
    expect(written.join('')).toMatch(/ends in a space/);
  });
});
