// Gives readers damaged and hostile files and says what they make of them: npm run fuzz -- --help
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { shownName } from '../../src/lib/shown.ts';
import { writeInput } from './files.ts';
import { minimise } from './minimise.ts';
import { diceOf } from './mutate/dice.ts';
import { Lane } from './pool.ts';
import { READERS, readerOf } from './readers.ts';
import { type Finding, fuzz, type Summary } from './run.ts';

interface Options {
  readonly count: number;
  readonly seed: number;
  readonly processes: number;
  readonly keep?: string;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('Give a whole number.');
  return value;
}

/** Equal for findings of one cause, as far as can be told. */
function causeOf({ fault: { kind, detail } }: Finding): string {
  return `${kind}: ${detail.replace(/\d+/g, '#').replace(/".*/s, '')}`.slice(0, 100);
}

function summaryLine({ reader, inputs, accepted, refused, findings, ...took }: Summary): string {
  return [
    reader.padEnd(20),
    `${inputs} inputs`.padStart(13),
    `${accepted} accepted`.padStart(15),
    `${refused} refused`.padStart(14),
    `${findings.length} findings`.padStart(14),
    `median ${took.medianTime.toFixed(1)} ms`.padStart(16),
    `longest ${took.longestTime.toFixed(0)} ms`.padStart(16),
    `memory ${(took.memory / 2 ** 20).toFixed(0)} MB`.padStart(14),
  ].join(' ');
}

/** Makes an input of each cause small and writes it into a folder of its own. */
async function keepInputs(folder: string, findings: readonly Finding[], seed: number): Promise<void> {
  for (const { reader: name, index, fault } of findings) {
    const reader = readerOf(name);
    const input = reader.mutate(diceOf(name, seed, index), await reader.seeds());
    await writeInput(join(folder, name, `${seed}-${index}`), await minimise(name, input, fault));
  }
}

async function main(names: readonly string[], options: Options): Promise<void> {
  const chosen = names.map(readerOf);
  const readers = chosen.length > 0 ? chosen : READERS;
  const begun = performance.now();
  const lanes = Array.from({ length: options.processes }, () => new Lane());
  let found = 0;
  for (const [i, { name }] of readers.entries()) {
    const onProgress = (done: number) => {
      if (!process.stderr.isTTY || (done % 100 !== 0 && done !== options.count)) return;
      const share = (i + done / options.count) / readers.length;
      const left = ((performance.now() - begun) / 1000) * (1 / share - 1);
      process.stderr.write(`\r${name}: ${done} of ${options.count}, ${Math.round(left)} s left   \r`);
    };
    const summary = await fuzz(name, lanes, { ...options, patience: 1, onProgress });
    console.log(summaryLine(summary));
    const causes = new Map<string, Finding[]>();
    for (const finding of summary.findings) {
      const cause = causeOf(finding);
      causes.set(cause, [...(causes.get(cause) ?? []), finding]);
    }
    for (const [, findings] of causes)
      console.log(
        `    ${findings.length} x ${findings[0]!.fault.kind}: ${shownName(findings[0]!.fault.detail, 200)} (input ${findings[0]!.index})`,
      );
    if (options.keep !== undefined)
      await keepInputs(
        options.keep,
        [...causes.values()].map(([first]) => first!),
        options.seed,
      );
    found += summary.findings.length;
  }
  for (const lane of lanes) lane.renew();
  if (found > 0) process.exitCode = 1;
}

await new Command('npm run fuzz --')
  .description(
    'Gives readers damaged and hostile files; every outcome but a value or one clear sentence is a finding.',
  )
  .addArgument(
    new Argument('[readers...]', 'all where none is named').choices(READERS.map(({ name }) => name)),
  )
  .option('--count <number>', 'inputs of each reader', wholeNumber, 1000)
  .option('--seed <number>', 'the same seed gives the same inputs', wholeNumber, 1)
  .option('--processes <number>', 'processes that read at once', wholeNumber, availableParallelism())
  .option('--keep <folder>', 'folder that an input of each finding is written into')
  .addHelpText(
    'after',
    `\nReaders:\n${READERS.map(({ name, title }) => `  ${name.padEnd(20)} ${title}`).join('\n')}`,
  )
  .action(main)
  .parseAsync();
