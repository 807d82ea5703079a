import { type Command, Option } from 'commander';
import { setFormats } from '../neurons/formats/write.ts';
import { DEFAULT_MODEL } from '../node/open-model.ts';
import {
  type ImpactOptions,
  impactProgressText,
  impactText,
  runImpactCommand,
} from '../studies/impact/terminal/impact.ts';
import { type OriginsOptions, originsText, runOrigins } from '../studies/origins/terminal/origins.ts';
import { runSet, type SetOptions, setText } from './set.ts';
import {
  commaList,
  count,
  number,
  numberList,
  positive,
  print,
  progressWriter,
  withModel,
  withStages,
} from './shared.ts';

/** The command that turns sets. */
export function addImpact(root: Command): void {
  withModel(root.command('impact'))
    .description('turn neuron sets and matched random ones, and measure what the model goes along with')
    .option('--set <files...>', 'neuron sets (JSON); the random sets are matched to the first')
    .option('--neuron <names...>', 'neurons as LAYER:NEURON, each a further set')
    .option('--members', 'turn each neuron of the first set alone, too, and the set without it')
    .option(
      '--suites <names>',
      'built-in suites or files, joined by commas (default: all built-in)',
      commaList,
    )
    .requiredOption('--out <folder>', 'where the sweep is stored as it goes')
    .option('--alphas <factors>', 'ascending, 1 among them (default: 0 to 3 by halves)', numberList)
    .option('--controls <count>', 'random sets', count, 8)
    .option('--limit <count>', 'items of each suite from its start', positive)
    .option(
      '--free <count>',
      'items of each suite that can be gone along with, from its start, to be answered freely, too',
      count,
      0,
    )
    .option('--labels <file>', "a person's labels of free answers, which replace the rule's (JSONL)")
    .option(
      '--tight <width>',
      "half width of the slope's interval from which on a suite's rest is left out",
      number,
    )
    .option('--resume', 'go on with the sweep in the folder')
    .option(
      '--repair',
      'with --resume: keep damaged files in a folder of their own, and ask these items again',
    )
    .option('--processes <count>', 'at most (default: one a core)', positive)
    .option('--seed <seed>', 'of the random sets and resamples', number, 1)
    .option('--report <file>', 'everything that was measured (JSON)')
    .option('--json', 'print JSON')
    .action(async (options: ImpactOptions & { json?: boolean }) =>
      print(await runImpactCommand(options, progressWriter(impactProgressText)), options.json, impactText),
    );
}

/** The command that compares two models. */
export function addOrigins(root: Command): void {
  root
    .command('origins')
    .description(
      "compare a set's neurons between a base model and the instruct model that they were found in",
    )
    .requiredOption('--base <path>', 'the model before training: a GGUF file or the folder of an ONNX export')
    .option('--model <path>', 'the model that the set was found in', DEFAULT_MODEL)
    .requiredOption('--set <file>', 'a neuron set (JSON)')
    .option('--run <folder>', "the base model's own answers, of identify --form plain")
    .option('--train <folder>', 'further answers of it, for other detectors to learn from')
    .option('--draws <count>', 'random sets of the same layers', positive, 1000)
    .option(
      '--fitted-draws <count>',
      "random sets that are fitted on the base model's answers",
      positive,
      200,
    )
    .option('--seed <seed>', 'of the draws', number, 1)
    .option('--report <file>', 'everything that was measured (JSON)')
    .option('--json', 'print JSON')
    .action(async (options: OriginsOptions & { json?: boolean }) =>
      print(await withStages((onProgress) => runOrigins(options, onProgress)), options.json, originsText),
    );
}

/** The command that shows and converts sets. */
export function addSet(root: Command): void {
  root
    .command('set')
    .argument('<file>', 'a neuron set: JSON, CSV, TSV, .npy or .npz')
    .description('show a neuron set, or convert it')
    .option(
      '--model <path>',
      'the model of the neurons (default: the one that the file names, else the default model)',
    )
    .addOption(
      new Option('--to <format>', "the format to write (default: by --out's ending)").choices(setFormats),
    )
    .option('--out <file>', 'where it is written (default: JSON and CSV to the standard output)')
    .option('--all-signs', 'keep neurons with a negative weight, too')
    .option('--intercept <b>', "the classifier's intercept where the file has none", number)
    .option('--json', 'print JSON')
    .action(async (file: string, options: SetOptions & { json?: boolean }) => {
      const { set, note, written } = await runSet(file, options);
      if (note !== undefined) process.stderr.write(`${note}\n`);
      if (written !== undefined) process.stdout.write(written);
      else print(set, options.json, setText);
    });
}
