// Fills the tables of docs/results.md from what the terminal measured (docs/results/*.json): npm run results
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { formatNeuron } from '../src/neurons/layout.ts';
import { intervalText as interval } from '../src/node/estimate-text.ts';
import { labelOf } from '../src/studies/identify/detectors/registry.ts';
import type { Evaluation } from '../src/studies/identify/evaluate.ts';
import type { Finding, Transfer } from '../src/studies/identify/finding.ts';
import type { Verdict } from '../src/studies/identify/verdict.ts';
import type { ImpactReport } from '../src/studies/impact/report.ts';
import { verdictSentence } from '../src/studies/report-text/verdict.ts';
import { impactText, isImpact } from './results/impact.ts';
import { number, percent, row } from './results/table.ts';

const path = (name: string) => fileURLToPath(new URL(`../docs/${name}`, import.meta.url));
const BLOCK = /<!-- study:([\w-]+) -->[\s\S]*?<!-- \/study -->/g;

function verdictTable({ rows, right, madeUp }: Verdict): string[] {
  return [
    `Tested on ${right} right and ${madeUp} made-up answers.`,
    '',
    row(['detector', 'AUROC (95 %)', 'accuracy (95 %)', 'AUROC less that of the mean log-probability']),
    '|---|---|---|---|',
    ...rows.map(({ id, auroc, accuracy, gain, draws }) =>
      row([
        draws ? `${labelOf(id)}, ${draws} draws` : labelOf(id),
        interval(auroc),
        accuracy ? interval(accuracy) : '',
        gain ? interval(gain) : '',
      ]),
    ),
  ];
}

function transferTable({ groups, auroc }: Transfer): string[] {
  if (groups.length < 2) return [];
  return [
    '',
    'AUROC of the H-Neurons learnt on the relations of a row and tested on those of a column (on the diagonal by cross-validation):',
    '',
    row(['learnt on', 'answers', ...groups.map(({ name }) => name)]),
    `|---|---:|${groups.map(() => '---:|').join('')}`,
    ...groups.map(({ name, answers }, g) =>
      row([
        name,
        String(answers),
        ...auroc[g]!.map((value) => (typeof value === 'number' ? number(value) : '')),
      ]),
    ),
  ];
}

function findingText({
  set,
  verdict,
  path: points,
  C,
  trained,
  calibration,
  stability,
  transfer,
}: Finding): string[] {
  const layers = new Set(set.neurons.map(({ layer }) => layer)).size;
  const total = set.model.widths.reduce((sum, width) => sum + width, 0);
  const chosen = points.find((point) => point.C === C);
  const stable = stability.neurons.filter(({ inSet }) => inSet).slice(0, 8);
  return [
    `${set.neurons.length} H-Neuron${set.neurons.length === 1 ? '' : 's'} of ${total.toLocaleString('en')} (${((1000 * set.neurons.length) / total).toFixed(2)} per mille) in ${layers} layer${layers === 1 ? '' : 's'}, learnt from ${trained} answers at C = ${C.toPrecision(3)}${chosen ? ` (cross-validated AUROC with both signs ${number(chosen.auroc)} ± ${number(chosen.standardError)})` : ''}.`,
    '',
    ...verdictTable(verdict),
    '',
    `**${verdictSentence(verdict)}**`,
    '',
    `Calibration error ${number(calibration.error)}, Brier score ${number(calibration.brier)}. ${stability.resamples > 0 ? `Chosen in halves of the answers (${stability.resamples} times): ${stable.map(({ share, ...ref }) => `${formatNeuron(ref)} ${percent(share)}`).join(', ')}.` : 'Too few answers to learn from halves of them.'}`,
    ...transferTable(transfer),
  ];
}

function evaluationText({ verdict, answers, calledMadeUp, heldOutOnly }: Evaluation): string[] {
  const which = heldOutOnly ? 'questions held out' : 'all questions';
  return [
    `The set calls ${percent(calledMadeUp)} of ${answers} answers made up (${which}).`,
    ...(verdict ? ['', ...verdictTable(verdict), '', `**${verdictSentence(verdict)}**`] : []),
  ];
}

async function studyText(name: string): Promise<string> {
  const file = path(`results/${name}.json`);
  if (!existsSync(file)) throw new Error(`docs/results.md names the study "${name}", but ${file} is missing`);
  const data = JSON.parse(await readFile(file, 'utf8')) as Finding | Evaluation | ImpactReport;
  if (isImpact(data)) return impactText(data).join('\n');
  return ('set' in data ? findingText(data) : evaluationText(data)).join('\n');
}

const document = path('results.md');
const text = await readFile(document, 'utf8');
const names = new Set(Array.from(text.matchAll(BLOCK), (match) => match[1] as string));
const texts = new Map<string, string>();
for (const name of names) texts.set(name, await studyText(name));
const filled = text.replace(
  BLOCK,
  (_, name: string) => `<!-- study:${name} -->\n${texts.get(name)}\n<!-- /study -->`,
);
await writeFile(document, filled);
console.log(`${names.size} studies written into docs/results.md`);
