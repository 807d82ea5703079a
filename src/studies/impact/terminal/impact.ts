import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fetchSuite, type ReadSuite, readSuite } from '../../../datasets/suites/read-suite.ts';
import { BUILT_IN_SUITES, type Suite } from '../../../datasets/suites/suite.ts';
import { EngineError } from '../../../lib/errors.ts';
import type { Estimate } from '../../../lib/stats/estimate.ts';
import { intervalText as interval } from '../../../node/estimate-text.ts';
import { withFile } from '../../../node/file-source.ts';
import { readText, writeWhole } from '../../../node/files.ts';
import { type FolderLock, lockFolder } from '../../../node/folder-lock.ts';
import { type CliDevice, existingModel } from '../../../node/open-model.ts';
import { untilStopped } from '../../../node/stop-signals.ts';
import { effectSentence } from '../../report-text/impact.ts';
import { tooFewItems } from '../../report-text/too-few.ts';
import { parseLabels } from '../labels.ts';
import type { Measured } from '../measured.ts';
import { SWEEP_FILES } from '../record-file.ts';
import { type ImpactReport, impactReport } from '../report.ts';
import { type ImpactProgress, inSweepOrder, runImpact } from '../run.ts';
import { SWEEP_ALPHAS } from '../sweep.ts';
import { freeLines } from './free-text.ts';
import { memberLines } from './member-text.ts';
import { impactFolder } from './sweep-folder.ts';
import type { SweepInput } from './sweeping-calls.ts';
import { openSweepers } from './sweeping-processes.ts';

export interface ImpactOptions {
  readonly model: string;
  readonly device: CliDevice;
  /** Files of neuron sets; the controls are matched to the first. */
  readonly set?: readonly string[];
  /** Single neurons as "LAYER:NEURON", further sets. */
  readonly neuron?: readonly string[];
  /** Each neuron of the first set is turned alone, too, and the set without it. */
  readonly members?: boolean;
  /** Names of built-in suites, or files; all built-in ones where it is left out. */
  readonly suites?: readonly string[];
  readonly out: string;
  readonly alphas?: readonly number[];
  readonly controls: number;
  /** Items of each suite at most. */
  readonly limit?: number;
  /** Items of each compliance suite that are also answered freely. */
  readonly free: number;
  /** File of a person's labels of free answers (JSONL). */
  readonly labels?: string;
  readonly tight?: number;
  readonly resume?: boolean;
  /** Leaves out what is damaged, and scores it again. */
  readonly repair?: boolean;
  /** At most; one a core where it is left out. */
  readonly processes?: number;
  readonly seed: number;
  /** File for everything that was measured (JSON). */
  readonly report?: string;
}

const HUB_PREFIX = 'hub:';

const suitePath = (name: string) =>
  fileURLToPath(new URL(`../../../../public/suites/${name}.jsonl`, import.meta.url));

/** A built-in suite, one from a file, or one of the Hub as "hub:owner/name[:config[:split]]". */
async function openSuite(place: string, limit: number | undefined): Promise<Suite> {
  const { suite } = place.startsWith(HUB_PREFIX)
    ? await fetchSuite(place.slice(HUB_PREFIX.length), { host: process.env.HF_ENDPOINT })
    : await suiteOfFile(place);
  return { ...suite, items: suite.items.slice(0, limit) } as Suite;
}

function suiteOfFile(place: string): Promise<ReadSuite> {
  const path = BUILT_IN_SUITES.some((name) => name === place) ? suitePath(place) : place;
  if (!existsSync(path))
    throw new EngineError(
      'load-failed',
      `There is no suite at ${place}; give a file, hub:OWNER/NAME or one of the built-in names: ${BUILT_IN_SUITES.join(', ')}.`,
    );
  return withFile(path, (source) => readSuite(source, basename(path)));
}

const storedText = ({ done }: Pick<ImpactProgress, 'done'>, out: string) =>
  `${done} ${done === 1 ? 'record is' : 'records are'} stored in ${out}; start again with --resume to go on.`;

/** What is said where something keeps a sweep from going on, with what is stored of it. */
function withStored(error: unknown, progress: ImpactProgress | undefined, out: string): unknown {
  if (!(error instanceof EngineError) || error.code !== 'storage-full' || !progress) return error;
  return new EngineError(error.code, `${error.message} ${storedText(progress, out)}`, { cause: error });
}

/**
 * Sweeps sets over suites into a folder, and works out what it shows. A signal to stop (Ctrl-C) ends it behind the item
 * stored last.
 */
export async function runImpactCommand(
  options: ImpactOptions,
  onProgress: (progress: ImpactProgress) => void,
): Promise<ImpactReport> {
  const lock = await lockFolder(options.out);
  try {
    return await sweepInto(options, lock, onProgress);
  } finally {
    await lock.release();
  }
}

async function sweepInto(
  options: ImpactOptions,
  lock: FolderLock,
  report: (progress: ImpactProgress) => void,
): Promise<ImpactReport> {
  const { out, limit, seed, free, tight } = options;
  if (existsSync(join(out, SWEEP_FILES.manifest)) && !options.resume)
    throw new EngineError('bad-input', `${out} holds a sweep already; add --resume to go on with it.`);
  const suites = await Promise.all(
    (options.suites ?? BUILT_IN_SUITES).map((place) => openSuite(place, limit)),
  );
  const labels = options.labels === undefined ? [] : parseLabels(await readText(options.labels));
  const store = impactFolder(out, { check: lock.check, repair: options.repair ?? false });
  let progress: ImpactProgress | undefined;
  const onProgress = (next: ImpactProgress) => {
    progress = next;
    report(next);
  };
  try {
    await untilStopped(
      async (signal) => {
        const sweeper = await openSweepers(sweepInput(options), options.processes ?? availableParallelism());
        for (const note of sweeper.notes) process.stderr.write(`${note}\n`);
        try {
          await runImpact({ sweeper, suites, store, free, tight, signal, onProgress });
        } finally {
          sweeper.close();
        }
      },
      () => (progress ? storedText(progress, out) : `nothing was changed in ${out}.`),
    );
  } catch (error) {
    throw withStored(error, progress, out);
  }
  const kept = await store.load();
  if (!kept) throw new EngineError('internal', `The sweep in ${out} is gone.`);
  for (const note of kept.notes) process.stderr.write(`${note}\n`);
  const records = inSweepOrder(suites, kept.records);
  const result = await impactReport(kept.manifest, records, { seed, labels });
  if (options.report !== undefined) await writeWhole(options.report, `${JSON.stringify(result)}\n`);
  return result;
}

/** What the processes of a sweep are opened with. */
function sweepInput({
  model,
  device,
  controls,
  members = false,
  seed,
  ...options
}: ImpactOptions): SweepInput {
  return {
    model: existingModel(model).path,
    device,
    files: (options.set ?? []).map((file) => resolve(file)),
    neurons: options.neuron ?? [],
    alphas: options.alphas ?? SWEEP_ALPHAS,
    controls,
    members,
    seed,
  };
}

/** A line that says how far a sweep is. */
export function impactProgressText({ done, total, itemsAnHour, left, free, notice }: ImpactProgress): string {
  const rate =
    left === undefined
      ? ''
      : `, ${itemsAnHour.toFixed(0)} an hour, at most ${(left / 60).toFixed(0)} min left`;
  const talk = free ? `, ${free.done} of ${free.total} answered freely` : '';
  return `${notice === undefined ? '' : `${notice}\n`}${done} of ${total} items${talk}${rate}`;
}

const line = (name: string, { rate, margin }: Measured<Estimate>) =>
  `    ${name.padEnd(24)} ${interval(rate).padEnd(26)} ${interval(margin)}`;

/** What a sweep shows, for people. */
export function impactText({ manifest, compliance, neutral, perplexity, free }: ImpactReport): string {
  const { alphas } = manifest.plan;
  const end = `${alphas[0]} to ${alphas.at(-1)}`;
  return [
    ...[...compliance, ...neutral].flatMap(({ suite, items, sets, contrasts }) => {
      const few = tooFewItems(items, 'items');
      if (few) return [`${suite}: ${few}`];
      return [
        `${suite}, ${items} items: change from ${end} of the rate and of the margin (nats a token)`,
        ...sets.map(({ name, endpoints }) => line(name, endpoints)),
        ...contrasts.map(({ name, endpoints }) => line(`${name} less controls`, endpoints)),
      ];
    }),
    ...perplexity.flatMap(({ suite, passages, sets }) => [
      `${suite}, ${passages} passages: perplexity at ${alphas.join(', ')}`,
      ...sets.map(
        ({ name, byAlpha }) =>
          `    ${name.padEnd(24)} ${byAlpha.map(({ value }) => value.toFixed(1).padStart(7)).join(' ')}`,
      ),
    ]),
    ...[...compliance, ...neutral].flatMap((effects) => memberLines(effects, end)),
    ...freeLines(manifest.plan, free),
    ...compliance
      .filter(({ verdict }) => verdict.finding !== 'too few to say')
      .map((effects) => `${effects.suite}: ${effectSentence(manifest.plan, effects)}`),
  ].join('\n');
}
