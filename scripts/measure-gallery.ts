import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { type Effect, type Example, type GalleryFile, gallerySchema } from '../app/explore/state/gallery.ts';
import { firstPrompt } from '../app/explore/state/slices/prompt.ts';
import { activationStatistics } from '../src/engine/activation-statistics.ts';
import { generate } from '../src/inference/generate.ts';
import type { LaneResult } from '../src/inference/growing.ts';
import { preparePrompt } from '../src/model/prompt.ts';
import type { LanguageModel } from '../src/model/types.ts';
import { randomControl } from '../src/neurons/controls.ts';
import { formatNeuron, parseNeuron } from '../src/neurons/layout.ts';
import type { ScaledNeuron } from '../src/neurons/types.ts';
import { DEFAULT_MODEL, openLanguageModel } from '../src/node/open-model.ts';
import { scaledControl } from '../src/steering/scaled-control.ts';
import { shippedSet } from './lib/shipped-set.ts';

/**
 * Measures what the examples' answers do on the default model, and notes it in public/prompts/gallery.json:
 * npx tsx scripts/measure-gallery.ts [--only ID...]
 */
const place = fileURLToPath(new URL('../public/prompts/gallery.json', import.meta.url));
const factors = [0, 1, 2, 3];
const { sampling, maxTokens } = firstPrompt;
const controlSeed = 1;

/** How the effects are measured: as the page does with what it starts with. */
async function conditions(
  model: LanguageModel,
  meanCett: Float32Array,
): Promise<NonNullable<GalleryFile['measured']>> {
  const { name, neurons: members } = await shippedSet();
  const control = randomControl({ layout: model.layout, members, meanCett, seed: controlSeed });
  return {
    model: model.name,
    fingerprint: model.fingerprint,
    runtime: `ONNX Runtime on the CPU, ${model.precision}`,
    set: name,
    neurons: members.map(formatNeuron),
    control: control.map(formatNeuron),
    factors,
    maxTokens,
    seed: sampling.seed,
    controlSeed,
  };
}

type Measured = Awaited<ReturnType<typeof conditions>>;

async function measure(
  model: LanguageModel,
  example: Example,
  measured: Measured,
  meanCett: Float32Array,
): Promise<Effect> {
  const { system = '', turns = [], question } = example;
  const { ids } = preparePrompt(model, {
    kind: 'chat',
    system,
    turns: [...turns, { role: 'user', content: question }],
  });
  const { layout } = model;
  const lane = (neurons: readonly ScaledNeuron[]) => ({ neurons, scope: 'everywhere' as const, sampling });
  const control = measured.control.map((name) => parseNeuron(name, layout));
  const steered = factors.map((factor) =>
    measured.neurons.map((name) => ({ ...parseNeuron(name, layout), factor })),
  );
  const lanes = [
    lane([]),
    ...steered.map(lane),
    ...steered.map((neurons) => lane(scaledControl(neurons, control, layout, meanCett))),
  ];
  const result = await generate(model, { promptIds: ids, lanes, maxTokens }, { position() {}, token() {} });
  const [unsteered, ...others] = result.lanes;
  const seen = others.map((lane, i) => compared(lane, unsteered, factors[i % factors.length]));
  if (seen.some(({ factor, firstDifference }) => factor === 1 && firstDifference !== undefined))
    throw new Error(`${example.id}: at factor 1 the answer is not the unsteered one.`);
  return {
    unsteered: { text: unsteered.text, ...broken(unsteered) },
    steered: seen.slice(0, factors.length),
    control: seen.slice(factors.length),
  };
}

function broken({ breakdown }: LaneResult): { broken?: Effect['unsteered']['broken'] } {
  return breakdown ? { broken: breakdown.kind } : {};
}

function compared(lane: LaneResult, unsteered: LaneResult, factor: number): Effect['steered'][number] {
  const length = Math.max(lane.ids.length, unsteered.ids.length);
  const at = Array.from({ length }, (_, i) => i).find((i) => lane.ids[i] !== unsteered.ids[i]);
  return { factor, text: lane.text, ...(at === undefined ? {} : { firstDifference: at }), ...broken(lane) };
}

async function main(only: readonly string[] | undefined): Promise<void> {
  const gallery = gallerySchema.parse(JSON.parse(await readFile(place, 'utf8')));
  const model = await openLanguageModel(DEFAULT_MODEL, 'native');
  const { meanCett } = await activationStatistics(model);
  const measured = await conditions(model, meanCett);
  const same = JSON.stringify(gallery.measured) === JSON.stringify(measured);
  if (only && !same) throw new Error('The conditions have changed: measure all, without --only.');
  const examples: Example[] = [];
  for (const example of gallery.examples) {
    const wanted = !only || only.includes(example.id);
    if (wanted) process.stdout.write(`${example.id}\n`);
    examples.push(
      wanted ? { ...example, effect: await measure(model, example, measured, meanCett) } : example,
    );
  }
  await writeFile(place, `${JSON.stringify({ ...gallery, measured, examples }, null, 2)}\n`);
}

const { only } = new Command()
  .option('--only <ids...>', 'measure these examples only')
  .parse()
  .opts<{ only?: string[] }>();
await main(only);
