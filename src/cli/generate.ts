import { activationStatistics } from '../engine/activation-statistics.ts';
import { generate } from '../inference/generate.ts';
import type { LaneResult } from '../inference/growing.ts';
import type { Lane, Sampling } from '../inference/types.ts';
import { preparePrompt } from '../model/prompt.ts';
import type { LanguageModel } from '../model/types.ts';
import { parseScaledNeuron } from '../neurons/layout.ts';
import { parseNeuronSet } from '../neurons/set-file.ts';
import { checkSetModel } from '../neurons/set-model.ts';
import type { ScaledNeuron } from '../neurons/types.ts';
import { readText } from '../node/files.ts';
import { type CliDevice, openLanguageModel } from '../node/open-model.ts';
import { type PromptOptions, promptFrom, sayNotice } from '../node/prompt-options.ts';
import { ARMS, compareScaled } from '../steering/comparison.ts';
import type { Scope } from '../steering/types.ts';

export interface SteeringOptions {
  readonly neuron?: readonly string[];
  readonly neurons?: string;
  readonly scale: number;
}

export interface GenerateOptions extends PromptOptions, SteeringOptions {
  readonly model: string;
  readonly device: CliDevice;
  readonly dense?: boolean;
  readonly scope: Scope;
  readonly maxTokens: number;
  readonly temperature: number;
  readonly topK: number;
  readonly topP: number;
  readonly repetitionPenalty: number;
  readonly seed: number;
  readonly controlSeed: number;
}

export interface GenerateReport {
  readonly prompt_ids: readonly number[];
  readonly lanes: readonly {
    readonly name: string;
    readonly ids: readonly number[];
    readonly text: string;
    readonly logprobs: readonly number[];
  }[];
}

/** Members named by `--neuron L:J[=FACTOR]` and `--neurons FILE`; those without their own factor take `--scale`. */
export async function steeredNeurons(
  model: LanguageModel,
  options: SteeringOptions,
): Promise<ScaledNeuron[]> {
  const set = options.neurons ? parseNeuronSet(await readText(options.neurons)) : undefined;
  const note = set && checkSetModel(set, { ...model, widths: model.layout.widths });
  if (note) process.stderr.write(`${note}\n`);
  const single = (options.neuron ?? []).map((text) => {
    const named = text.includes('=') ? text : `${text}=${options.scale}`;
    return parseScaledNeuron(named, model.layout);
  });
  return [
    ...(set?.neurons ?? []).map(({ layer, neuron }) => ({ layer, neuron, factor: options.scale })),
    ...single,
  ];
}

async function armsOf(
  model: LanguageModel,
  steered: readonly ScaledNeuron[],
  { controlSeed }: GenerateOptions,
): Promise<(readonly ScaledNeuron[])[]> {
  const { meanCett } = await activationStatistics(model);
  const arms = compareScaled(steered, { layout: model.layout, meanCett }, controlSeed);
  return ARMS.map((arm) => arms[arm]);
}

/** One lane where no neuron is named, else the three lanes of the page. */
export async function runGenerate(options: GenerateOptions): Promise<GenerateReport> {
  const model = await openLanguageModel(options.model, options.device, options);
  const steered = await steeredNeurons(model, options);
  const { ids, notice } = preparePrompt(model, promptFrom(options));
  sayNotice(notice);
  const sampling: Sampling = {
    temperature: options.temperature,
    topK: options.topK,
    topP: options.topP,
    repetitionPenalty: options.repetitionPenalty,
    seed: options.seed,
  };
  const lane = (neurons: readonly ScaledNeuron[]): Lane => ({ neurons, scope: options.scope, sampling });
  const lanes = steered.length === 0 ? [lane([])] : (await armsOf(model, steered, options)).map(lane);
  const request = { promptIds: ids, lanes, maxTokens: options.maxTokens };
  const result = await generate(model, request, { position: () => {}, token: () => {} });
  const report = ({ ids: answer, text, logprobs }: LaneResult, i: number) => ({
    name: ARMS[i],
    ids: answer,
    text,
    logprobs,
  });
  return { prompt_ids: ids, lanes: result.lanes.map(report) };
}
