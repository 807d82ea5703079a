import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseQuestionSet, type QuestionSet } from '../src/datasets/questions/question-set.ts';
import { halfToFloat } from '../src/lib/bytes/half.ts';
import { openLanguageModel } from '../src/node/open-model.ts';
import { type Asker, askerOf, type RunSettings } from '../src/studies/identify/ask.ts';
import { FEATURE_VECTORS } from '../src/studies/identify/features.ts';
import { runIdentification } from '../src/studies/identify/run.ts';
import { promptText, SAMPLE_DEFAULTS } from '../src/studies/identify/sample.ts';
import { openProcesses } from '../src/studies/identify/terminal/asking-processes.ts';
import { type FolderRun, folderStore, withRun } from '../src/studies/identify/terminal/run-folder.ts';

/** The paper's settings. */
export const settings: RunSettings = { ...SAMPLE_DEFAULTS, agree: 8 };

export interface Selection {
  readonly warmUp: QuestionSet;
  readonly timed: QuestionSet;
}

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The questions that are timed: the first of those that identify-questions.json names, drawn from the facts set by chance. */
export async function selectQuestions(count: number): Promise<Selection> {
  const { header, questions } = parseQuestionSet(
    await readFile(at('../public/questions/facts.jsonl'), 'utf8'),
  );
  const ids = JSON.parse(await readFile(at('identify-questions.json'), 'utf8')) as {
    readonly warmUp: readonly string[];
    readonly timed: readonly string[];
  };
  const byId = new Map(questions.map((question) => [question.id, question]));
  const setOf = (some: readonly string[]): QuestionSet => ({
    header,
    questions: some.map((id) => {
      const question = byId.get(id);
      if (!question) throw new Error(`the facts set no longer holds "${id}" of identify-questions.json`);
      return question;
    }),
  });
  return { warmUp: setOf(ids.warmUp), timed: setOf(ids.timed.slice(0, count)) };
}

/** A question as another program is asked it. */
interface RivalQuestion {
  readonly id: string;
  readonly promptIds: readonly number[];
  /** The reply that stands for all and its answer's tokens, where the replies agreed. */
  readonly reply?: { readonly ids: readonly number[]; readonly tokens: readonly number[] };
}

/** What the other program must find in a reply. */
interface Expected {
  /** Sum of the log-probabilities of the reply's tokens. */
  readonly logprob: number;
  /** Sum over all neurons of the mean CETT at the answer's tokens. */
  readonly cett: number;
}

export interface TerminalRun {
  readonly seconds: number;
  readonly processes: number;
  /** Tokens sampled, in all replies. */
  readonly tokens: number;
  readonly warmUp: readonly RivalQuestion[];
  readonly questions: readonly RivalQuestion[];
  readonly expected: ReadonlyMap<string, Expected>;
  readonly stopIds: readonly number[];
}

const sum = (values: Iterable<number>) => {
  let total = 0;
  for (const value of values) total += value;
  return total;
};

/** What is said of a finished run to another program. */
async function summarise(run: FolderRun, { prompt }: Asker) {
  const expected = new Map<string, Expected>();
  const questions: RivalQuestion[] = [];
  for (const { question, replies, representative, answer, row } of run.records) {
    const promptIds = prompt(promptText(question.question, settings));
    if (row === undefined || representative === undefined || !answer) {
      questions.push({ id: question.id, promptIds });
      continue;
    }
    const { ids, logprobs } = replies[representative]!;
    const features = halfToFloat(await run.features(row));
    const neurons = features.length / FEATURE_VECTORS.length;
    const first = FEATURE_VECTORS.indexOf('answer-read-mean') * neurons;
    const cett = sum(features.subarray(first, first + neurons));
    expected.set(question.id, { logprob: sum(logprobs), cett });
    questions.push({ id: question.id, promptIds, reply: { ids, tokens: answer.tokens } });
  }
  const tokens = sum(run.records.flatMap(({ replies }) => replies.map(({ ids }) => ids.length)));
  return { questions, expected, tokens };
}

/** Asks the questions as `hneurons identify` does, into a folder. The model is loaded and warm before the clock starts. */
export async function runInTerminal(modelPath: string, { warmUp, timed }: Selection): Promise<TerminalRun> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-identify-'));
  const model = await openLanguageModel(modelPath, 'native');
  const asker = askerOf(model);
  const input = { model: modelPath, device: 'native', settings } as const;
  const questioner = await openProcesses(input, availableParallelism());
  const ask = async (set: QuestionSet, name: string) => {
    const out = join(folder, name);
    const store = folderStore(out);
    const start = performance.now();
    await runIdentification(questioner, set, { settings, shard: { index: 0, count: 1 }, store });
    const seconds = (performance.now() - start) / 1000;
    await store.close();
    return withRun(out, async (run) => ({ seconds, ...(await summarise(run, asker)) }));
  };
  try {
    const warm = await ask(warmUp, 'warm-up');
    const run = await ask(timed, 'timed');
    const processes = questioner.processes.length;
    return { ...run, processes, warmUp: warm.questions, stopIds: [...model.eosIds] };
  } finally {
    questioner.close();
    await model.session.release();
    await rm(folder, { recursive: true });
  }
}
