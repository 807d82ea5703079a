import { explorer } from './explorer.ts';
import { identify } from './identify.ts';
import { impact } from './impact.ts';
import { peakRendererMemory } from './machine.ts';
import { pageMemory } from './page-memory.ts';
import { rivalName, writeRivalFolder } from './rival-folder.ts';
import { type Graphics, withPage } from './site.ts';
import { median } from './statistics.ts';
import type { Absent, Bench, Figure } from './types.ts';

const ms = (key: string, label: string, times: readonly number[]): Figure => ({
  key,
  label,
  unit: 'ms',
  value: median(times),
});

const LOADS = 3;

async function load({ site, chromium, modelUrl }: Bench): Promise<(Figure | Absent)[]> {
  const fresh: number[] = [];
  const cached: number[] = [];
  const hashed: number[] = [];
  const peaks: number[] = [];
  let counted: number | undefined;
  for (let i = 0; i < LOADS; i++) {
    await withPage(site, chromium, 'none', async (page, browser) => {
      const first = await page.evaluate((model) => window.bench.load(model), modelUrl);
      fresh.push(first.ms);
      const peak = await peakRendererMemory(browser);
      if (peak !== undefined) peaks.push(peak);
      counted = await pageMemory(page);
      await page.reload();
      await page.waitForFunction(() => window.bench !== undefined);
      const second = await page.evaluate((model) => window.bench.load(model), modelUrl);
      if (!second.fromCache) throw new Error('the second load did not come from the cache');
      cached.push(second.ms);
      hashed.push(await page.evaluate((model) => window.bench.identity(model), modelUrl));
    });
  }
  const megabytes = (key: string, label: string, value: number): Figure => ({
    key,
    label,
    unit: 'MB',
    value,
  });
  const afterAnswer = {
    key: 'memory_after_answer_mb',
    label: 'memory behind them (measureUserAgentSpecificMemory)',
  };
  return [
    ms('load_ms', 'load: start to ready, from the server', fresh),
    ms('load_cached_ms', "load: start to ready, from the browser's cache", cached),
    ms('identity_hash_ms', 'of these: the hash of all weights, tokenizer and template', hashed),
    {
      key: 'identity_hash_over_load',
      label: 'the same over a load from the cache',
      unit: 'times',
      value: median(hashed) / median(cached),
      target: { atMost: 0.05 },
    },
    ...(peaks.length > 0
      ? [
          megabytes(
            'peak_memory_mb',
            'peak memory of the renderer process (VmHWM), load and a 3-lane answer',
            median(peaks),
          ),
        ]
      : []),
    counted === undefined
      ? { ...afterAnswer, absent: 'the browser did not tell' }
      : megabytes(afterAnswer.key, afterAnswer.label, counted / 1e6),
  ];
}

function overheadFigures(
  device: 'wasm' | 'webgpu',
  where: string,
  { plain, instrumented }: { readonly plain: readonly number[]; readonly instrumented: readonly number[] },
): Figure[] {
  return [
    ms(`plain_step_ms_${device}`, `plain step, ${where}`, plain),
    ms(`instrumented_step_ms_${device}`, `instrumented step, ${where}`, instrumented),
    {
      key: `instrumented_over_plain_${device}`,
      label: `instrumented over plain, ${where}`,
      unit: 'times',
      value: median(instrumented) / median(plain),
      target: { atMost: 1.05 },
    },
  ];
}

async function overheadWasm({ site, chromium, modelUrl: model }: Bench): Promise<Figure[]> {
  const input = { model, device: 'wasm' as const, blocks: 40, steps: 4 };
  const found = await withPage(site, chromium, 'none', (page) =>
    page.evaluate((given) => window.bench.overhead(given), input),
  );
  return overheadFigures('wasm', `WASM, ${found.threads} threads`, found);
}

/** Layers of the model that run where WebGPU is software: all of them take seconds a token. */
const SOFTWARE_LAYERS = 10;

async function overheadWebgpu({ site, chromium, modelUrl: model }: Bench): Promise<Figure[]> {
  const run = (graphics: Graphics, size: { blocks: number; steps: number; layers?: number }) =>
    withPage(site, chromium, graphics, async (page) => {
      if (graphics === 'hardware' && !(await page.evaluate(() => window.bench.hasGraphicsCard())))
        return undefined;
      const input = { model, device: 'webgpu' as const, ...size };
      return page.evaluate((given) => window.bench.overhead(given), input);
    });
  const found =
    (await run('hardware', { blocks: 40, steps: 4 })) ??
    (await run('software', { blocks: 6, steps: 4, layers: SOFTWARE_LAYERS }));
  if (!found) throw new Error('WebGPU was not run');
  return overheadFigures('webgpu', `WebGPU on ${found.adapter}, ${found.layers} layers`, found);
}

async function lanes({ site, chromium, modelUrl: model }: Bench): Promise<Figure[]> {
  const { one, three } = await withPage(site, chromium, 'none', (page) =>
    page.evaluate((input) => window.bench.lanes(input), { model, maxTokens: 40 }),
  );
  return [
    ms('one_lane_step_ms_wasm', 'one lane, a step', one),
    ms('three_lanes_step_ms_wasm', 'three lanes, a step', three),
    {
      key: 'three_lanes_over_one_wasm',
      label: 'three lanes over one',
      unit: 'times',
      value: median(three) / median(one),
      target: { atMost: 1.2 },
    },
  ];
}

async function rivals(bench: Bench): Promise<Figure[]> {
  await writeRivalFolder(bench.modelPath, bench.rivalsPath);
  const input = { model: bench.modelUrl, rivals: bench.rivalsUrl, name: rivalName, maxTokens: 40 };
  const { engine, dense, packed } = await withPage(bench.site, bench.chromium, 'none', (page) =>
    page.evaluate((given) => window.bench.rivals(given), input),
  );
  const speed = (key: string, label: string, values: readonly number[]): Figure => ({
    key,
    label,
    unit: 'tokens/s',
    value: median(values),
  });
  return [
    speed('tokens_per_second_wasm', 'engine, one lane, every neuron read', engine),
    speed('tokens_per_second_transformers_js_f32_wasm', 'transformers.js, float32', dense),
    speed('tokens_per_second_transformers_js_q4_wasm', 'transformers.js, 4-bit', packed),
    {
      key: 'speed_vs_transformers_js_f32_wasm',
      label: 'engine over transformers.js, float32',
      unit: 'times',
      value: median(engine) / median(dense),
      target: { atLeast: 1.2 },
    },
    {
      key: 'speed_vs_transformers_js_q4_wasm',
      label: 'engine over transformers.js, 4-bit',
      unit: 'times',
      value: median(engine) / median(packed),
      target: { atLeast: 4 },
    },
  ];
}

async function slider({ site, chromium, modelUrl: model }: Bench): Promise<Figure[]> {
  const { idle, streaming, floor } = await withPage(site, chromium, 'none', (page) =>
    page.evaluate((input) => window.bench.slider(input), { model, rounds: 8 }),
  );
  return [
    ms('prefill_plus_step_ms', 'floor: one prefill and one step of two lanes', floor),
    ms('slider_to_first_token_ms', 'slider to first token, engine idle', idle),
    ms('slider_to_first_token_streaming_ms', 'slider to first token, an answer streams', streaming),
    {
      key: 'slider_to_first_token_over_floor',
      label: 'slider to first token over the floor, idle',
      unit: 'times',
      value: median(idle) / median(floor),
      target: { atMost: 1.15 },
    },
    {
      key: 'slider_while_streaming_over_floor',
      label: 'the same while an answer streams',
      unit: 'times',
      value: median(streaming) / median(floor),
    },
  ];
}

/** The parts by name, in the order in which they run. */
export const parts: Readonly<Record<string, (bench: Bench) => Promise<(Figure | Absent)[]>>> = {
  load,
  'overhead-wasm': overheadWasm,
  'overhead-webgpu': overheadWebgpu,
  lanes,
  rivals,
  slider,
  page: explorer,
  identify,
  impact,
};
