// Writes what a sweep says of a neuron set into the set's file: npm run set-effects -- [--sweep FILE] [--set FILE]
import { readFile, writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { formatNeuron } from '../src/neurons/layout.ts';
import { formatNeuronSet, parseNeuronSet } from '../src/neurons/set-file.ts';
import type { ImpactReport } from '../src/studies/impact/report.ts';
import { setEffectsOf } from '../src/studies/impact/set-effects.ts';
import { runMain, SetupError, say } from './lib/log.mjs';

const options = new Command()
  .option('--sweep <file>', 'report of hneurons impact', 'docs/results/impact.json')
  .option('--set <file>', 'file of the set that was swept', 'public/neurons/smollm2-135m-instruct.json')
  .parse()
  .opts<{ sweep: string; set: string }>();

await runMain(async () => {
  const report = JSON.parse(await readFile(options.sweep, 'utf8')) as ImpactReport;
  const set = parseNeuronSet(await readFile(options.set, 'utf8'));
  const swept = report.manifest.plan.sets[0]?.members.map(formatNeuron) ?? [];
  if (swept.join() !== set.neurons.map(formatNeuron).join())
    throw new SetupError(`${options.sweep} is no sweep of the neurons of ${options.set}.`);
  if (report.manifest.model.fingerprint !== set.model.fingerprint)
    throw new SetupError(
      `${options.sweep} is a sweep of ${report.manifest.model.name}, not of the set's model.`,
    );
  const effects = setEffectsOf(report);
  await writeFile(options.set, formatNeuronSet({ ...set, effects }));
  say('set', `what scaling does to ${effects.length} suites is in ${options.set}`);
});
