import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { SetupError } from '../scripts/lib/log.mjs';
import type { Machine } from './machine.ts';
import type { Absent, Figure } from './types.ts';

const resultsPath = fileURLToPath(new URL('results.json', import.meta.url));
const documentPath = fileURLToPath(new URL('../docs/benchmark.md', import.meta.url));
const START = '<!-- results:start -->';
const END = '<!-- results:end -->';

const digits = { ms: 1, s: 1, MB: 0, KB: 0, fps: 1, 'tokens/s': 1, 'an hour': 0, times: 3 };

function shown(figure: Figure | Absent): string {
  if ('absent' in figure) return 'not run';
  const { value, unit } = figure;
  return unit === 'times' ? value.toFixed(digits.times) : `${value.toFixed(digits[unit])} ${unit}`;
}

/** The target in words and whether the figure reaches it; why it is missing where it is. */
function judged(figure: Figure | Absent): { readonly target: string; readonly verdict: string } {
  if ('absent' in figure) return { target: '', verdict: figure.absent };
  const { value, target } = figure;
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
export function printTable(machine: Machine, figures: readonly (Figure | Absent)[]): void {
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

/** Entries by key: those of before, the new ones in their places or behind. */
function merged<T>(before: ReadonlyMap<string, T>, entries: readonly (readonly [string, T])[]) {
  return new Map([...before, ...entries]);
}

interface Results {
  readonly machine: Machine;
  readonly [key: string]: Machine | number;
}

/** @throws SetupError where what is kept was measured elsewhere */
function checkMachine({ machine: kept }: Results, machine: Machine): void {
  const differs = (['cpu', 'cores', 'memory_gb', 'system'] as const).some(
    (key) => kept[key] !== machine[key],
  );
  if (differs)
    throw new SetupError(
      `The figures that are recorded come from another machine (${nameOf(kept)}); record them all: npm run bench`,
    );
}

/** Lines of a table by the key in their second column. */
function rowsOf(table: string): Map<string, string> {
  const rows = table.split('\n').flatMap((line) => {
    const key = /^\|[^|]*\| `(\w+)` \|/.exec(line)?.[1];
    return key ? [[key, line] as const] : [];
  });
  return new Map(rows);
}

/**
 * Writes the results file, flat keys beside the machine, and the table of docs/benchmark.md.
 * @param isWhole the figures are all there are; else those of the other parts stay as they are
 */
export async function record(
  machine: Machine,
  figures: readonly (Figure | Absent)[],
  isWhole: boolean,
): Promise<void> {
  const kept = JSON.parse(await readFile(resultsPath, 'utf8')) as Results;
  if (!isWhole) checkMachine(kept, machine);
  const text = await readFile(documentPath, 'utf8');
  const start = text.indexOf(START);
  const end = text.indexOf(END);
  if (start < 0 || end < start) throw new Error(`${documentPath} lacks the marks of the results table`);

  const values = new Map(Object.entries(isWhole ? {} : kept));
  for (const figure of figures) if ('absent' in figure) values.delete(figure.key);
  const measured = figures.flatMap((figure) =>
    'absent' in figure ? [] : [[figure.key, Number(figure.value.toPrecision(4))] as const],
  );
  const results = Object.fromEntries(merged(values, [['machine', machine], ...measured]));
  await writeFile(resultsPath, `${JSON.stringify(results, undefined, 2)}\n`);

  const lines = figures.map((figure) => {
    const { target, verdict } = judged(figure);
    const { key, label } = figure;
    return [key, `| ${label} | \`${key}\` | ${shown(figure)} | ${target} | ${verdict} |`] as const;
  });
  const rows = merged(isWhole ? new Map<string, string>() : rowsOf(text.slice(start, end)), lines);
  const table = [
    `${nameOf(machine)}.`,
    '',
    '| figure | key | value | target | |',
    '|---|---|---:|---|---|',
    ...rows.values(),
  ];
  const filled = `${text.slice(0, start + START.length)}\n${table.join('\n')}\n${text.slice(end)}`;
  await writeFile(documentPath, filled);
}
