import { Command, InvalidArgumentError, Option } from 'commander';
import type { OnProgress } from '../bytes/progress.ts';
import { EngineError } from '../errors.ts';
import { SAMPLE_DEFAULTS } from '../identify/sample.ts';
import { setFormats } from '../neurons/formats/write.ts';
import { type ActivationsOptions, runActivations } from './activations-command.ts';
import { type EvaluateOptions, evaluationText, runEvaluate } from './evaluate-command.ts';
import { type FitOptions, fitText, runFit } from './fit-command.ts';
import { type GenerateOptions, runGenerate } from './generate-command.ts';
import { type IdentifyOptions, parseShard, progressText, runIdentify } from './identify-command.ts';
import { type ImpactOptions, impactProgressText, impactText, runImpactCommand } from './impact-command.ts';
import { runInspect } from './inspect-command.ts';
import { type MergeOptions, mergeText, runMerge } from './merge-command.ts';
import { DEFAULT_MODEL } from './open-model.ts';
import { type OriginsOptions, originsText, runOrigins } from './origins-command.ts';
import { parseIds } from './prompt-options.ts';
import { parseColumns } from './question-file.ts';
import { type QuestionsOptions, questionsText, runQuestions } from './questions-command.ts';
import { runSet, type SetOptions, setText } from './set-command.ts';
import { activationsText, generateText, inspectText } from './text-output.ts';

/** Between two lines of progress where they go to a file. */
const PROGRESS_MS = 60_000;

function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('It must be a number.');
  return value;
}

const commaList = (text: string): string[] => text.split(',');
const numberList = (text: string): number[] => commaList(text).map(number);

function positive(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('It must be a whole number of 1 or more.');
  return value;
}

function penalty(text: string): number | 'auto' {
  return text === 'auto' ? text : number(text);
}

function print<T>(value: T, json: boolean | undefined, text: (value: T) => string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text(value)}\n`);
}

/** Options that every command with a model has. */
const relationsOption = () =>
  new Option('--relations <names>', 'ask only these, joined by commas').argParser(commaList);

function withModel(command: Command): Command {
  return command
    .option('--model <path>', 'a GGUF file or the folder of an ONNX export', DEFAULT_MODEL)
    .addOption(new Option('--device <device>', 'the runtime').choices(['native', 'wasm']).default('native'));
}

/** Options that every command with a model and a prompt has. */
function withPrompt(command: Command): Command {
  return withModel(command)
    .option('--prompt <text>', 'the question')
    .option('--system <text>', "the system text; without it the template's own")
    .option('--raw', 'take the prompt as it stands, without the chat template')
    .option('--ids <ids>', 'token ids in place of a prompt, like 1,2,3', parseIds)
    .option('--neuron <names...>', 'neurons to scale, as LAYER:NEURON or LAYER:NEURON=FACTOR')
    .option('--neurons <file>', 'a neuron set (JSON)')
    .option('--scale <factor>', 'factor of the named neurons', number, 1)
    .option('--dense', "hold an export's quantised weights as float32, which CPUs compute with faster")
    .option('--json', 'print JSON');
}

function program(): Command {
  const root = new Command('hneurons').description('Reads and steers the MLP neurons of a language model.');
  root
    .command('inspect')
    .argument('<path>', 'a GGUF file, an ONNX file, or the folder of an ONNX export')
    .description('say what a model holds and where its down projections are')
    .option('--json', 'print JSON')
    .action(async (path: string, options: { json?: boolean }) =>
      print(await runInspect(path), options.json, inspectText),
    );
  withPrompt(root.command('generate'))
    .description('answer a prompt, unsteered and, where neurons are named, steered and with a random control')
    .addOption(
      new Option('--scope <scope>', 'where the factors apply')
        .choices(['everywhere', 'answer'])
        .default('everywhere'),
    )
    .option('--max-tokens <count>', 'tokens of an answer at most', positive, 64)
    .option('--temperature <t>', '0 is greedy', number, 0)
    .option('--top-k <k>', '0 keeps all', number, 0)
    .option('--top-p <p>', '1 keeps all', number, 1)
    .option('--repetition-penalty <r>', '1 changes nothing', number, 1)
    .option('--seed <seed>', 'of the sampling', number, 1)
    .option('--control-seed <seed>', 'of the random control', number, 1)
    .action(async (options: GenerateOptions & { json?: boolean }) =>
      print(await runGenerate(options), options.json, generateText),
    );
  withPrompt(root.command('activations'))
    .description('what the neurons do at the last position, and the likeliest next tokens')
    .option('--answer <text>', 'an answer that is read behind the prompt')
    .option('--top <count>', 'neurons a layer, and next tokens', positive, 10)
    .option('--logits', 'all logits of the last position')
    .option('--all', 'z, CETT and the output norm of every layer')
    .action(async (options: ActivationsOptions & { json?: boolean }) =>
      print(await runActivations(options), options.json, activationsText),
    );
  addIdentification(root);
  addImpact(root);
  addOrigins(root);
  addSet(root);
  return root;
}

function addImpact(root: Command): void {
  withModel(root.command('impact'))
    .description('turn neuron sets and matched random ones, and measure what the model goes along with')
    .requiredOption('--set <files...>', 'neuron sets (JSON); the random sets are matched to the first')
    .option(
      '--suites <names>',
      'built-in suites or files, joined by commas (default: all built-in)',
      commaList,
    )
    .requiredOption('--out <folder>', 'where the sweep is stored as it goes')
    .option('--alphas <factors>', 'ascending, 1 among them (default: 0 to 3 by halves)', numberList)
    .option('--controls <count>', 'random sets', positive, 8)
    .option('--limit <count>', 'items of each suite from its start', positive)
    .option(
      '--tight <width>',
      "half width of the slope's interval from which on a suite's rest is left out",
      number,
    )
    .option('--resume', 'go on with the sweep in the folder')
    .option('--seed <seed>', 'of the random sets and resamples', number, 1)
    .option('--report <file>', 'everything that was measured (JSON)')
    .option('--json', 'print JSON')
    .action(async (options: ImpactOptions & { json?: boolean }) =>
      print(await runImpactCommand(options, progressWriter(impactProgressText)), options.json, impactText),
    );
}

function addOrigins(root: Command): void {
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

/** A line an item on a terminal, else one a minute. */
function progressWriter<P extends { readonly done: number; readonly total: number }>(
  textOf: (progress: P) => string,
): (progress: P) => void {
  let last = Number.NEGATIVE_INFINITY;
  return (progress) => {
    const now = performance.now();
    const isEnd = progress.done === progress.total;
    if (!process.stderr.isTTY && !isEnd && now - last < PROGRESS_MS) return;
    last = now;
    process.stderr.write(`${textOf(progress)}\n`);
  };
}

/** The stage of long work on a line that is written over, on a terminal only. */
async function withStages<T>(work: (onProgress: OnProgress) => Promise<T>): Promise<T> {
  const { stderr } = process;
  if (!stderr.isTTY) return work(() => {});
  try {
    return await work(({ stage, done, total }) => {
      stderr.write(`\r\x1b[K${stage}${total === undefined ? '' : `: ${done} of ${total}`}`);
    });
  } finally {
    stderr.write('\r\x1b[K');
  }
}

const columnsOption = () =>
  new Option(
    '--columns <columns>',
    'columns of a table, like question=Q,answers=A,aliases=B,group=C (default: guessed)',
  ).argParser(parseColumns);

function addIdentification(root: Command): void {
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
    .requiredOption('--out <folder>', 'a new folder')
    .option('--json', 'print JSON')
    .action(async (folders: string[], options: MergeOptions & { json?: boolean }) =>
      print(await runMerge(folders, options), options.json, mergeText),
    );
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

function addSet(root: Command): void {
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

try {
  await program().parseAsync();
} catch (error) {
  process.stderr.write(`${error instanceof EngineError ? error.message : String(error)}\n`);
  if (error instanceof EngineError && error.code === 'internal') process.stderr.write(`${error.stack}\n`);
  process.exitCode = 1;
}
