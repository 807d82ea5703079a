import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonOf, python, pythonLacks } from './child.ts';
import { timeFits } from './fit-rival.ts';
import {
  runInTerminal,
  type Selection,
  selectQuestions,
  settings,
  type TerminalRun,
} from './identify-terminal.ts';
import { withPage } from './site.ts';
import type { Absent, Bench, Figure } from './types.ts';

/** Smaller numbers only show that everything runs. */
const sizes = {
  questions: Number(process.env.BENCH_QUESTIONS ?? 40),
  fitColumns: Number(process.env.BENCH_FIT_COLUMNS ?? 46_080),
};
/** Questions are asked one after another in the browser, which takes several times as long. */
const BROWSER_SHARE = 5;

const anHour = (key: string, label: string, seconds: number, questions: number): Figure => ({
  key,
  label,
  unit: 'an hour',
  value: (questions / seconds) * 3600,
});

interface RivalRun {
  readonly versions: string;
  readonly threads: number;
  /** Seconds. */
  readonly generating: number;
  readonly extracting: number;
  readonly tokens: number;
  readonly found: Readonly<Record<string, { readonly logprob: number; readonly cett: number }>>;
}

/** @throws Error where the rival did not run the same model over the same tokens */
function checkSame({ expected }: TerminalRun, { found }: RivalRun): void {
  for (const [id, own] of expected) {
    const other = found[id];
    if (!other || Math.abs(other.logprob - own.logprob) > 0.01 || Math.abs(other.cett / own.cett - 1) > 2e-3)
      throw new Error(`PyTorch found ${JSON.stringify(other)} for "${id}", not ${JSON.stringify(own)}`);
  }
}

async function rivalOf(modelPath: string, run: TerminalRun, threads: number): Promise<RivalRun> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-pytorch-'));
  try {
    const task = join(folder, 'task.json');
    const { warmUp, questions, stopIds } = run;
    await writeFile(
      task,
      JSON.stringify({ model: modelPath, threads, settings, stopIds, warmUp, questions }),
    );
    const found = await jsonOf<RivalRun>(python, ['bench/identify-pytorch.py', task]);
    checkSame(run, found);
    return found;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function againstPyTorch(modelPath: string, run: TerminalRun): Promise<(Figure | Absent)[]> {
  const key = 'identify_speed_vs_pytorch';
  const label = 'identification, terminal over PyTorch';
  const lacks = await pythonLacks(['torch', 'transformers', 'accelerate', 'gguf']);
  if (lacks !== undefined) return [{ key, label, absent: lacks }];
  const rival = await rivalOf(modelPath, run, run.processes);
  const { versions, threads, generating, extracting, tokens, found } = rival;
  const count = run.questions.length;
  console.log(
    `  terminal: ${count} questions, ${run.tokens} tokens sampled, ${run.seconds.toFixed(1)} s\n` +
      `  ${versions}: ${tokens} tokens sampled in ${generating.toFixed(1)} s, ` +
      `${Object.keys(found).length} pairs read in ${extracting.toFixed(1)} s`,
  );
  const seconds = generating + extracting;
  return [
    anHour('identify_questions_an_hour_pytorch', `questions, PyTorch, ${threads} threads`, seconds, count),
    { key, label, unit: 'times', value: seconds / run.seconds, target: { atLeast: 5 } },
  ];
}

async function inBrowser(
  { site, chromium, modelUrl: model }: Bench,
  { warmUp, timed }: Selection,
): Promise<Figure> {
  const count = Math.ceil(timed.questions.length / BROWSER_SHARE);
  const input = {
    model,
    settings,
    warmUp: { ...warmUp, questions: warmUp.questions.slice(0, 1) },
    timed: { ...timed, questions: timed.questions.slice(0, count) },
  };
  const { ms, threads } = await withPage(site, chromium, 'none', (page) =>
    page.evaluate((given) => window.bench.identify(given), input),
  );
  const label = `questions, Chromium on WASM, ${threads} threads`;
  return anHour('identify_questions_an_hour_wasm', label, ms / 1000, count);
}

async function fits(): Promise<(Figure | Absent)[]> {
  const { own, rival } = await timeFits(sizes.fitColumns);
  const seconds = (key: string, label: string, value: number): Figure => ({ key, label, unit: 's', value });
  const ours = seconds(
    'fit_seconds',
    `L1 path, 2,000 x ${sizes.fitColumns} features, 8 values of C`,
    own.seconds,
  );
  const key = 'fit_over_sklearn';
  const label = "L1 path over scikit-learn's liblinear";
  if ('lacks' in rival) return [ours, { key, label, absent: rival.lacks }];
  return [
    ours,
    seconds('fit_seconds_sklearn', `the same, scikit-learn ${rival.version}, liblinear`, rival.seconds),
    { key, label, unit: 'times', value: own.seconds / rival.seconds, target: { atMost: 1 } },
  ];
}

/** How fast H-Neurons are found: questions an hour in the terminal and the browser, the fit, and the rivals of both. */
export async function identify(bench: Bench): Promise<(Figure | Absent)[]> {
  const selection = await selectQuestions(sizes.questions);
  const run = await runInTerminal(bench.modelPath, selection);
  const count = run.questions.length;
  const native = anHour(
    'identify_questions_an_hour_native',
    `questions, terminal, ${run.processes} processes`,
    run.seconds,
    count,
  );
  return [
    native,
    {
      ...native,
      key: 'identify_questions_an_hour_a_core_native',
      label: 'the same, a core',
      value: native.value / run.processes,
    },
    ...(await againstPyTorch(bench.modelPath, run)),
    await inBrowser(bench, selection),
    ...(await fits()),
  ];
}
