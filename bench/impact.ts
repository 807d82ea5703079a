import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { type ComplianceItem, isCompliance, parseSuite } from '../src/datasets/suites/suite.ts';
import { parseNeuronSet } from '../src/neurons/set-file.ts';
import { withPage } from './site.ts';
import type { Bench, Figure } from './types.ts';

const at = (path: string) => fileURLToPath(new URL(`../public/${path}`, import.meta.url));

const SUITES = ['false-premises', 'misleading-context', 'pushback', 'over-broad'];
/** Matched random sets beside the set. */
const CONTROLS = 3;

/** Items of a suite that are timed, behind one to warm up, of which the scorer learns what prompts share. */
const count = Number(process.env.BENCH_ITEMS ?? 2);

async function itemsOf(name: string): Promise<{ readonly suite: string; readonly items: ComplianceItem[] }> {
  const suite = parseSuite(await readFile(at(`suites/${name}.jsonl`), 'utf8'));
  if (!isCompliance(suite)) throw new Error(`${name} has no items that can be gone along with`);
  return { suite: suite.name, items: suite.items.slice(0, 1 + count) };
}

const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);

/** How fast a sweep is in the browser, beside the same with one alpha at a time. */
export async function impact({ site, chromium, modelUrl: model }: Bench): Promise<Figure[]> {
  const set = parseNeuronSet(await readFile(at('neurons/smollm2-135m-instruct.json'), 'utf8'));
  const members = set.neurons.map(({ layer, neuron }) => ({ layer, neuron }));
  const suites = await Promise.all(SUITES.map(itemsOf));
  const input = { model, name: set.name, members, controls: CONTROLS, suites };
  const { batched, oneAtATime, threads, lanes } = await withPage(site, chromium, 'none', (page) =>
    page.evaluate((given) => window.bench.impact(given), input),
  );
  const items = batched.length;
  const anHour = (key: string, label: string, times: readonly number[]): Figure => ({
    key,
    label: `${label}, ${lanes} factors of sets, Chromium on WASM, ${threads} threads`,
    unit: 'an hour',
    value: (items / sum(times)) * 3_600_000,
  });
  return [
    anHour('impact_items_an_hour_wasm', 'items of a sweep', batched),
    anHour('impact_items_an_hour_one_alpha_wasm', 'the same, one alpha at a time', oneAtATime),
    {
      key: 'impact_batched_over_one_alpha_wasm',
      label: 'sweep over one alpha at a time',
      unit: 'times',
      value: sum(oneAtATime) / sum(batched),
      target: { atLeast: 3 },
    },
  ];
}
