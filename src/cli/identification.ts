import { type Command, Option } from 'commander';
import { SAMPLE_DEFAULTS } from '../studies/identify/sample.ts';
import { type EvaluateOptions, evaluationText, runEvaluate } from '../studies/identify/terminal/evaluate.ts';
import { type FitOptions, fitText, runFit } from '../studies/identify/terminal/fit.ts';
import {
  type IdentifyOptions,
  parseShard,
  progressText,
  runIdentify,
} from '../studies/identify/terminal/identify.ts';
import { type MergeOptions, mergeText, runMerge } from '../studies/identify/terminal/merge.ts';
import { parseColumns } from '../studies/identify/terminal/question-file.ts';
import {
  type QuestionsOptions,
  questionsText,
  runQuestions,
} from '../studies/identify/terminal/questions.ts';
import { commaList, number, positive, print, progressWriter, withModel, withStages } from './shared.ts';

function penalty(text: string): number | 'auto' {
  return text === 'auto' ? text : number(text);
}

const relationsOption = () =>
  new Option('--relations <names>', 'ask only these, joined by commas').argParser(commaList);

const columnsOption = () =>
  new Option(
    '--columns <columns>',
    'columns of a table, like question=Q,answers=A,aliases=B,group=C (default: guessed); where questions offer choices, choices=D names them (choices=none: there are none), right=E names a column that marks rows of right answers (right=none: every row is right), key=letter, label, text, marks, from-0 or from-1 says how an answer names one, and ask=choices shows them to the model',
  ).argParser(parseColumns);

/** Commands that find H-Neurons and test them. */
export function addIdentification(root: Command): void {
  root
    .command('questions')
    .description(
      'show what a file of questions holds, which columns are taken for what, and which rows are of no use',
    )
    .argument('<place>', 'a file, hub:OWNER/NAME[:CONFIG[:SPLIT]], or a built-in set: facts, invented')
    .addOption(columnsOption())
    .option('--limit <count>', 'questions from the start', positive)
    .option('--json', 'print JSON')
    .action(async (place: string, options: QuestionsOptions & { json?: boolean }) =>
      print(await runQuestions(place, options), options.json, questionsText),
    );
  withModel(root.command('identify'))
    .description('ask questions, judge the replies and store the features of the answers')
    .option(
      '--questions <file or name>',
      'a question set, CSV, TSV, JSON, JSONL or Parquet file, hub:OWNER/NAME[:CONFIG[:SPLIT]], or a built-in set: facts, invented',
      'facts',
    )
    .addOption(columnsOption())
    .requiredOption('--out <folder>', 'where the run is stored as it goes')
    .option('--samples <count>', 'replies to a question', positive, 10)
    .option('--agree <count>', 'replies that must agree (default: all)', positive)
    .option('--temperature <value>', 'of the sampling', number, SAMPLE_DEFAULTS.temperature)
    .option(
      '--top-k <count>',
      'likeliest tokens that are drawn from, 0 for all',
      number,
      SAMPLE_DEFAULTS.topK,
    )
    .option('--top-p <share>', 'probability that is drawn from', number, SAMPLE_DEFAULTS.topP)
    .option('--max-tokens <count>', 'of a reply at most', positive, SAMPLE_DEFAULTS.maxTokens)
    .option('--instruction <text>', 'put behind every question', SAMPLE_DEFAULTS.instruction)
    .addOption(
      new Option(
        '--form <form>',
        'chat: through the chat template; plain: as "Question: … Answer:", without the instruction, until a line ends (for base models)',
      )
        .choices(['chat', 'plain'])
        .default('chat'),
    )
    .addOption(relationsOption())
    .option('--limit <count>', 'questions from the start of the set', positive)
    .option('--shard <index/count>', 'every COUNT-th question from INDEX on, from 0', parseShard, {
      index: 0,
      count: 1,
    })
    .option('--resume', 'go on with the run in the folder')
    .option(
      '--repair',
      'with --resume: keep damaged files in a folder of their own, and go on from what is sound',
    )
    .option('--seed <seed>', 'of the sampling', number, 1)
    .option(
      '--processes <count>',
      'that ask, at most (default: one a core, as far as memory allows)',
      positive,
    )
    .action(async (options: IdentifyOptions) => {
      await runIdentify(options, progressWriter(progressText));
    });
  root
    .command('merge')
    .description('put the runs of shards together')
    .argument('<folders...>', 'folders of runs')
    .requiredOption('--out <folder>', 'a new folder (or, with --replace, an old one)')
    .option('--json', 'print JSON')
    .option(
      '--replace',
      'put the result in the place of the folder that is there; labels in it are taken along',
    )
    .action(async (folders: string[], options: MergeOptions & { json?: boolean }) => {
      const report = await runMerge(folders, options);
      print(report, options.json, mergeText);
      if (report.missing.length > 0) process.exitCode = 1;
    });
  root
    .command('fit')
    .description('find the H-Neurons of a run and compare them with other detectors on answers held out')
    .argument('<folder>', 'folder of a run')
    .requiredOption('--out <file>', 'the neuron set (JSON)')
    .option('--finding <file>', 'everything that was measured of it, too (JSON)')
    .option('--name <name>', 'name of the set', 'H-Neurons')
    .option('--C <C>', "how little the neurons' number is held down, or auto", penalty, 'auto' as const)
    .addOption(
      new Option('--aggregation <how>', 'over the tokens of an answer')
        .choices(['mean', 'max'])
        .default('mean'),
    )
    .addOption(
      new Option('--position <where>', 'where a token counts').choices(['read', 'produced']).default('read'),
    )
    .addOption(
      new Option('--labels <kind>', 'made-up answers against right ones, or against all other tokens, too')
        .choices(['1-vs-1', '3-vs-1'])
        .default('1-vs-1'),
    )
    .addOption(
      new Option('--split <by>', 'what must not be on both sides')
        .choices(['answer', 'relation'])
        .default('answer'),
    )
    .option('--draws <count>', 'sets of random neurons to compare with', positive, 200)
    .option('--seed <seed>', 'of splits and draws', number, 1)
    .option('--json', 'print JSON')
    .action(async (folder: string, options: FitOptions & { json?: boolean }) =>
      print(await withStages((onProgress) => runFit(folder, options, onProgress)), options.json, fitText),
    );
  withModel(root.command('evaluate'))
    .description('test a neuron set on a run, or on questions that are asked first')
    .argument('<set>', 'a neuron set (JSON)')
    .requiredOption('--questions <place>', 'folder of a run, or questions as identify takes them')
    .addOption(columnsOption())
    .option('--out <folder>', "where a question set's run is kept (default: it is not)")
    .option('--train <folder>', 'run that the set comes from, for other detectors to learn from')
    .option('--samples <count>', 'replies to a question', positive, 10)
    .option('--agree <count>', 'replies that must agree (default: all)', positive)
    .addOption(relationsOption())
    .option('--limit <count>', 'questions from the start of the set', positive)
    .option('--draws <count>', 'sets of random neurons to compare with', positive, 200)
    .option('--seed <seed>', 'of samples and draws', number, 1)
    .option('--json', 'print JSON')
    .action(async (file: string, options: EvaluateOptions & { json?: boolean }) =>
      print(
        await withStages((onProgress) =>
          runEvaluate(file, options, progressWriter(progressText), onProgress),
        ),
        options.json,
        evaluationText,
      ),
    );
}
