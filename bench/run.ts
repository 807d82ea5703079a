// Benchmark in a real Chromium: npm run bench -- [PART ...] [--record]
import { join } from 'node:path';
import { chromium } from 'playwright';
import { ensureChromium } from '../scripts/lib/chromium.mjs';
import { runMain, SetupError, say } from '../scripts/lib/log.mjs';
import { defaultModel, ensureModel, modelPath } from '../scripts/lib/model.mjs';
import { root } from '../scripts/lib/process.mjs';
import { describeMachine } from './machine.ts';
import { parts } from './parts.ts';
import { printTable, record } from './report.ts';
import { serveSite } from './site.ts';
import type { Absent, Bench, Figure } from './types.ts';

/** The parts that were named; all of them where none is, or where the whole (`decode`) is named. */
function chosenParts(args: readonly string[]): readonly string[] {
  const all = Object.keys(parts);
  if (args.length === 0 || args.join() === 'decode') return all;
  const unknown = args.find((arg) => !all.includes(arg));
  if (unknown !== undefined)
    throw new SetupError(
      `"${unknown}" is not understood: npm run bench -- [decode | ${all.join(' | ')}] ... [--record]`,
    );
  return all.filter((name) => args.includes(name));
}

await runMain(async () => {
  const args = process.argv.slice(2);
  const names = chosenParts(args.filter((arg) => arg !== '--record'));
  const isWhole = names.length === Object.keys(parts).length;
  const problem = await ensureModel();
  if (problem !== null) throw new SetupError(`The benchmark needs the default model: ${problem}.`);
  const executablePath = await ensureChromium();
  const rivalsPath = join(root, '.cache', 'bench', 'rivals');
  const folders = { models: join(root, 'public', 'models'), rivals: rivalsPath };
  const site = await serveSite(folders);
  const bench: Bench = {
    site,
    chromium: executablePath,
    modelPath,
    modelUrl: `models/${defaultModel.file}`,
    rivalsPath,
    rivalsUrl: 'rivals/',
  };
  try {
    const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
    const machine = describeMachine(browser);
    await browser.close();
    const figures: (Figure | Absent)[] = [];
    for (const name of names) {
      const start = performance.now();
      say('bench', `${name} ...`);
      figures.push(...(await parts[name]!(bench)));
      say('bench', `${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
    }
    printTable(machine, figures);
    if (isWhole || args.includes('--record')) await record(machine, figures, isWhole);
  } finally {
    await site.close();
  }
});
