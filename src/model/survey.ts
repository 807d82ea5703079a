import { download, isKept } from './download.ts';
import { isMerged } from './export-files.ts';
import { openCache } from './file-cache.ts';
import { type Fit, fitOf, type ModelFacts } from './fit.ts';
import { choicesOf, type ModelChoice, namedChoice } from './hub-choices.ts';
import { openRepository, type Repository } from './hub-repository.ts';
import type { DeviceFacts } from './runtime/device-facts.ts';
import type { HubSource, OnnxPrecision } from './source.ts';
import { suggest } from './suggest.ts';

/** What a repository offers, said before anything large is fetched. */
export interface Survey {
  readonly name: string;
  readonly repository: string;
  /** Commit. */
  readonly revision: string;
  readonly licence: string;
  readonly format: 'gguf' | 'onnx';
  /** Precisions (onnx) or files (gguf). */
  readonly choices: readonly SurveyChoice[];
  /** Index of the choice that suits the device, and why in a sentence. */
  readonly suggested: number;
  readonly why: string;
  /** One for each choice. */
  readonly fits: readonly Fit[];
}

/** One of the things that a repository offers to load. */
interface SurveyChoice {
  readonly id: string;
  readonly precision?: OnnxPrecision;
  readonly file?: string;
  /** Of all files that are fetched for it. */
  readonly bytes: number;
  /** All of them are in this browser's cache. */
  readonly kept: boolean;
}

/** Sizes of the embedding, from the configuration; empty where it cannot be had. */
async function embeddingOf(
  choice: ModelChoice,
  signal: AbortSignal | undefined,
): Promise<Pick<ModelFacts, 'vocabulary' | 'hidden'>> {
  const file = choice.files.find(({ path }) => /(^|\/)config\.json$/.test(path));
  if (!file) return {};
  try {
    const [blob] = (await download([file], { signal })).blobs;
    const config = JSON.parse(await blob.text()) as Record<string, unknown>;
    const text = (config.text_config ?? config) as {
      vocab_size?: unknown;
      hidden_size?: unknown;
      n_embd?: unknown;
    };
    const number = (value: unknown) => (typeof value === 'number' ? value : undefined);
    return { vocabulary: number(text.vocab_size), hidden: number(text.hidden_size ?? text.n_embd) };
  } catch {
    signal?.throwIfAborted();
    return {};
  }
}

/** Weights, counted by the Hub or from the finest of the precisions that are offered. */
function parametersFrom({ parameters }: Repository, choices: readonly ModelChoice[]): number | undefined {
  if (parameters !== undefined) return parameters;
  for (const [precision, bytes] of [
    ['fp32', 4],
    ['fp16', 2],
  ] as const) {
    const found = choices.find((choice) => choice.precision === precision);
    if (found && found.weightBytes > 0) return found.weightBytes / bytes;
  }
  return undefined;
}

/** Said of a graph that may be refused once it is read: nothing short of its bytes tells. */
const MERGED_NOTE =
  'It is named as a merged decoder: where its layers stand in If branches, as in exports of 2023, it is refused once it is fetched.';

export interface Surveyed {
  readonly survey: Survey;
  readonly repository: Repository;
  /** In the order of the survey's choices. */
  readonly choices: readonly ModelChoice[];
  /** The choice that the source names, else the suggested one. */
  readonly chosen: ModelChoice;
}

/**
 * Asks the Hub what a repository offers, and which of it suits the device. Fetches small files only.
 * @throws EngineError that names host or repository
 */
export async function survey(
  source: HubSource,
  device: DeviceFacts,
  signal?: AbortSignal,
): Promise<Surveyed> {
  const repository = await openRepository(source, signal);
  const choices = choicesOf(repository, source.file);
  const named = namedChoice(choices, source);
  const embedding = await embeddingOf(choices[named ?? 0], signal);
  const parameters = parametersFrom(repository, choices);
  const cache = await openCache('shared');
  const kept = await Promise.all(
    choices.map(async ({ files }) =>
      (await Promise.all(files.map((file) => isKept(cache, file)))).every(Boolean),
    ),
  );
  const offers = choices.map(({ format, precision, quantisation, weightBytes, bytes, file }, at) => {
    const toFetch = kept[at] ? 0 : bytes;
    const model = { format, precision, quantisation, weightBytes, toFetch, parameters, ...embedding };
    const fit = fitOf(model, device);
    return { model, fit: isMerged(file) ? { ...fit, sentence: `${fit.sentence} ${MERGED_NOTE}` } : fit };
  });
  const { index, why } = suggest(offers, device, repository.id);
  const { id, revision, licence } = repository;
  return {
    survey: {
      name: id.replace(/^.*\//, ''),
      repository: id,
      revision,
      licence,
      format: choices[0].format,
      choices: choices.map(({ id: choice, precision, file, bytes }, at) => ({
        id: choice,
        precision,
        file,
        bytes,
        kept: kept[at],
      })),
      suggested: index,
      why,
      fits: offers.map(({ fit }) => fit),
    },
    repository,
    choices,
    chosen: choices[named ?? index],
  };
}
