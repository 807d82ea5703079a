import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Machine } from './machine.ts';
import type { Figure } from './parts.ts';

const resultsPath = fileURLToPath(new URL('results.json', import.meta.url));
const documentPath = fileURLToPath(new URL('../docs/benchmark.md', import.meta.url));
const START = '<!-- results:start -->';
const END = '<!-- results:end -->';

const digits = { ms: 1, MB: 0, KB: 0, fps: 1, 'tokens/s': 1, times: 3 };

function shown({ value, unit }: Figure): string {
  return unit === 'times' ? value.toFixed(digits.times) : `${value.toFixed(digits[unit])} ${unit}`;
}

/** The target in words and whether the figure reaches it. */
function judged({ value, target }: Figure): { readonly target: string; readonly verdict: string } {
  if (!target) return { target: '', verdict: '' };
  const [words, met] =
    'atMost' in target
      ? [`at most ${target.atMost}`, value <= target.atMost]
      : [`at least ${target.atLeast}`, value >= target.atLeast];
  return { target: words, verdict: met ? 'met' : 'missed' };
}

const nameOf = ({ cpu, cores, memory_gb, system, browser, date }: Machine) =>
  `${cpu}, ${cores} cores, ${memory_gb} GB, ${system}; ${browser}; ${date}`;

/** Prints the figures as a table of the terminal. */
export function printTable(machine: Machine, figures: readonly Figure[]): void {
  const rows = figures.map((figure) => {
    const { target, verdict } = judged(figure);
    return [figure.label, shown(figure), target, verdict];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => row[column]!.length)));
  console.log(`\n${nameOf(machine)}\n`);
  for (const row of rows) {
    const cells = row.map((cell, i) => (i === 1 ? cell.padStart(widths[i]!) : cell.padEnd(widths[i]!)));
    console.log(cells.join('   ').trimEnd());
  }
}

/** Writes the results file, flat keys beside the machine. */
export async function writeResults(machine: Machine, figures: readonly Figure[]): Promise<void> {
  const values = Object.fromEntries(figures.map(({ key, value }) => [key, Number(value.toPrecision(4))]));
  await writeFile(resultsPath, `${JSON.stringify({ machine, ...values }, undefined, 2)}\n`);
}

/** Fills the table of docs/benchmark.md. */
export async function fillDocument(machine: Machine, figures: readonly Figure[]): Promise<void> {
  const rows = figures.map((figure) => {
    const { target, verdict } = judged(figure);
    return `| ${figure.label} | \`${figure.key}\` | ${shown(figure)} | ${target} | ${verdict} |`;
  });
  const table = [
    `${nameOf(machine)}.`,
    '',
    '| figure | key | value | target | |',
    '|---|---|---:|---|---|',
    ...rows,
  ];
  const text = await readFile(documentPath, 'utf8');
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start < 0 || end < start) throw new Error(`${documentPath} lacks the marks of the results table`);
  const filled = `${text.slice(0, start + START.length)}\n${table.join('\n')}\n${text.slice(end)}`;
  await writeFile(documentPath, filled);
}
