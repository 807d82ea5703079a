import { existsSync, openAsBlob, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchScales, forward } from '../../src/inference/forward.ts';
import { generate } from '../../src/inference/generate.ts';
import { emptyCache } from '../../src/inference/kv-cache.ts';
import { logSoftmaxStats } from '../../src/inference/sampling.ts';
import { blobSource } from '../../src/lib/bytes/source.ts';
import { openGguf } from '../../src/model/open-gguf.ts';
import { nativeRuntime } from '../../src/model/runtime/native.ts';
import { lane, type Opened } from '../support/models.ts';

interface Candidate {
  readonly id: number;
  readonly logprob: number;
}

interface Reference {
  readonly prompts: readonly {
    readonly prompt: string;
    readonly input_ids: readonly number[];
    readonly top: readonly Candidate[];
    readonly greedy_ids: readonly number[];
  }[];
  readonly long: { readonly prompt: string; readonly length: number; readonly top: readonly Candidate[] };
  readonly texts?: readonly { readonly text: string; readonly ids: readonly number[] }[];
}

const root = new URL('../../', import.meta.url);
const { models } = JSON.parse(readFileSync(new URL('test/fixtures/gguf/logprobs.json', root), 'utf8')) as {
  models: Record<string, Reference>;
};

/** Of log-probabilities, in nats. */
const TOLERANCE = 0.05;

/** Where the files are: the default model's place, and for the other a variable or a folder that git ignores. */
const places: Readonly<Record<string, string>> = {
  'SmolLM2-135M-Instruct.Q4_1.gguf': fileURLToPath(
    new URL('public/models/SmolLM2-135M-Instruct.Q4_1.gguf', root),
  ),
  'gemma-3-270m-q4_k_m.gguf':
    process.env.HNEURONS_GEMMA3 ?? fileURLToPath(new URL('.cache/gemma-3-270m-q4_k_m.gguf', root)),
};

for (const place of Object.values(places))
  if (!existsSync(place)) throw new Error(`No model at ${place}: docs/models.md says how to get it.`);

describe.each(Object.entries(models))('%s', (name, { prompts, long, texts = [] }) => {
  let opened: Opened;
  let largest = 0;
  beforeAll(async () => {
    const place = places[name] ?? '';
    const model = await openGguf(blobSource(await openAsBlob(place), name), nativeRuntime(2));
    opened = { model, io: model.io };
  }, 600_000);
  afterAll(async () => {
    await opened.model.session.release();
    console.info(`${name}: log-probabilities off by ${largest.toFixed(5)} at most`);
  });

  const encode = (text: string) => opened.model.codec.encode(text, { addBos: opened.model.addBos });

  async function logprobs(ids: readonly number[]): Promise<(id: number) => number> {
    const { model, io } = opened;
    const last = [ids.length - 1];
    const cache = emptyCache(io, model.runtime, 1);
    const output = await forward(model, {
      ids: [ids],
      cache,
      scales: batchScales(model, [[]]),
      capture: [],
      logits: last,
    });
    const logits = output.logits(0, 0);
    const { logZ } = logSoftmaxStats(logits);
    return (id) => logits[id]! - logZ;
  }

  function expectClose(found: (id: number) => number, top: readonly Candidate[]) {
    const differences = top.map(({ id, logprob }) => Math.abs(found(id) - logprob));
    largest = Math.max(largest, ...differences);
    for (const difference of differences) expect(difference).toBeLessThan(TOLERANCE);
  }
  it.each(prompts)('$prompt: log-probabilities of transformers', async ({ prompt, input_ids, top }) => {
    expect(encode(prompt)).toEqual(input_ids);
    expectClose(await logprobs(input_ids), top);
  });

  it('and those after a text that is longer than a window', async () => {
    const ids = encode(long.prompt);
    expect(ids).toHaveLength(long.length);
    expectClose(await logprobs(ids), long.top);
  });

  it('goes on as transformers does, greedily', async () => {
    const { model } = opened;
    for (const { input_ids, greedy_ids } of prompts) {
      const request = { promptIds: input_ids, lanes: [lane()], maxTokens: greedy_ids.length };
      const { lanes } = await generate(model, request, { position() {}, token() {} });
      expect(lanes[0]!.ids).toEqual(greedy_ids);
    }
  });

  for (const { text, ids } of texts) {
    it(`splits ${JSON.stringify(text.slice(0, 40))} as SentencePiece does, and puts it together again`, () => {
      expect(encode(text)).toEqual(ids);
      expect(opened.model.codec.decode(ids.slice(1))).toBe(text);
    });
  }
});
