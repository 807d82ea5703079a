import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { formatQuestionSet } from '../../src/datasets/questions/question-set.ts';
import { formatSuite } from '../../src/datasets/suites/suite.ts';
import { createRandom } from '../../src/lib/math/random.ts';
import { makeTinyQuestions } from './study-runs.ts';
import { tinySuites } from './tiny-suites.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const MODEL = join(root, 'test/fixtures/gguf/tiny-llama.gguf');
const RECORDS = 'records.jsonl';
const QUESTIONS = 120;
const ITEMS = 30;
/** Kills of one run before it may come to its end. */
const MOST_KILLS = 3;

const commands = ['identify', 'impact'] as const;
export type Command = (typeof commands)[number];

/** What became of a run that was killed. */
export interface KillOutcome {
  readonly command: Command;
  readonly processes: number;
  /** When it was killed each time, in words. */
  readonly kills: readonly string[];
  /** Files that differ from those of the undisturbed run, or why it did not come to its end; none where all is well. */
  readonly wrong: readonly string[];
}

/** Starts `hneurons`. @param shell what the shell does before, in the same process */
export function startCommand(words: readonly string[], shell = ':'): ChildProcess {
  const line = `${shell}; exec "$@"`;
  return spawn(
    'bash',
    ['-c', line, 'bash', process.execPath, '--import', 'tsx', 'src/cli/main.ts', ...words],
    {
      cwd: root,
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
}

/** Ends once the process has; gives its exit code and what it said on the standard error. */
export async function ended(
  child: ChildProcess,
): Promise<{ readonly code: number | null; readonly said: string }> {
  let said = '';
  child.stderr?.on('data', (data) => {
    said += String(data);
  });
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said };
}

/** Whole lines of a file; none where it is not there. */
export const linesIn = (path: string) =>
  existsSync(path) ? readFileSync(path).reduce((lines, byte) => (byte === 10 ? lines + 1 : lines), 0) : 0;

/** Every file of a folder, by name. */
export function filesOf(folder: string): Map<string, Buffer> {
  return new Map(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));
}

function differences(folder: string, expected: ReadonlyMap<string, Buffer>): string[] {
  const found = filesOf(folder);
  const names = new Set([...found.keys(), ...expected.keys()]);
  return [...names].filter((name) => !found.get(name)?.equals(expected.get(name) ?? Buffer.from('absent')));
}

/** Writes what a run and a sweep of a tiny model take. @returns the words of a command that makes one */
export function tinyWork(folder: string): (command: Command, processes: number, out: string) => string[] {
  const questions = join(folder, 'questions.jsonl');
  writeFileSync(questions, formatQuestionSet(makeTinyQuestions(QUESTIONS, (i) => i % 3 === 0)));
  const suites = tinySuites(ITEMS).map((suite, i) => {
    const path = join(folder, `suite-${i}.jsonl`);
    writeFileSync(path, formatSuite(suite));
    return path;
  });
  return (command, processes, out) => [
    ...(command === 'identify'
      ? ['identify', '--questions', questions, '--samples', '4', '--agree', '3', '--max-tokens', '6']
      : ['impact', '--neuron', '0:3', '1:2', '--alphas', '0,1,3', '--controls', '2', '--free', '2']),
    ...(command === 'impact' ? ['--suites', suites.join(','), '--report', join(out, 'report.json')] : []),
    ...['--model', MODEL, '--processes', String(processes), '--out', out],
  ];
}

/**
 * Kills `identify` and `impact` with a tiny model at random moments (SIGKILL), resumes them to the end, and compares every
 * byte of their folders and of the sweep's report with those of an undisturbed run.
 * @param options.folder an empty folder to work in
 * @param options.tell called for each run
 */
export async function killTest(options: {
  readonly folder: string;
  readonly count: number;
  readonly seed: number;
  readonly tell?: (outcome: KillOutcome) => void;
}): Promise<KillOutcome[]> {
  const { folder, count, seed, tell } = options;
  const random = createRandom(seed);
  const wordsOf = tinyWork(folder);
  const undisturbed = new Map<
    Command,
    { readonly files: ReadonlyMap<string, Buffer>; readonly ms: number }
  >();
  for (const command of commands) {
    const out = join(folder, command);
    mkdirSync(out);
    const started = performance.now();
    const { code, said } = await ended(startCommand(wordsOf(command, 1, out)));
    if (code !== 0) throw new Error(`The undisturbed run of ${command} failed: ${said}`);
    undisturbed.set(command, { files: filesOf(out), ms: performance.now() - started });
  }

  /** Starts a run and kills it. @returns when; undefined where it came to its end before */
  async function killOnce(
    command: Command,
    words: readonly string[],
    out: string,
  ): Promise<string | undefined> {
    const { files, ms } = undisturbed.get(command) as { files: ReadonlyMap<string, Buffer>; ms: number };
    const total = files.get(RECORDS)?.toString().split('\n').length ?? 0;
    const child = startCommand(words);
    const end = ended(child).then(() => true);
    const isBusy = async (pause: number) => !(await Promise.race([end, wait(pause, false)]));
    let when: string;
    if (random() < 0.3) {
      const moment = random() * ms;
      when = `after ${moment.toFixed(0)} ms`;
      await isBusy(moment);
    } else {
      const lines = Math.floor(random() * total);
      const more = random() * 20;
      when = `${more.toFixed(0)} ms behind record ${lines}`;
      while (linesIn(join(out, RECORDS)) < lines && (await isBusy(1)));
      await isBusy(more);
    }
    const killed = child.exitCode === null && child.kill('SIGKILL');
    await end;
    return killed ? when : undefined;
  }

  const outcomes: KillOutcome[] = [];
  for (let at = 0; at < count; at++) {
    const command = commands[at % 2] as Command;
    const processes = 1 + (Math.floor(at / 2) % 2);
    const out = join(folder, `${at}-${command}`);
    const words = wordsOf(command, processes, out);
    const kills: string[] = [];
    const times = 1 + Math.floor(random() * MOST_KILLS);
    for (let k = 0; k < times; k++) {
      const when = await killOnce(command, [...words, ...(k === 0 ? [] : ['--resume'])], out);
      if (when === undefined) break;
      kills.push(when);
    }
    // A sweep's report is written beside its records.
    mkdirSync(out, { recursive: true });
    const { code, said } = await ended(startCommand([...words, '--resume']));
    const expected = undisturbed.get(command)?.files ?? new Map<string, Buffer>();
    const wrong = code === 0 ? differences(out, expected) : [`it ended with ${code}: ${said.trim()}`];
    const outcome = { command, processes, kills, wrong };
    outcomes.push(outcome);
    tell?.(outcome);
  }
  return outcomes;
}
