import { logSoftmaxStats, topCandidates } from '../inference/sampling.ts';
import { type NeuronReading, readSequence } from '../inference/teacher-force.ts';
import { EngineError } from '../lib/errors.ts';
import { largestIndices } from '../lib/math/largest.ts';
import { preparePrompt } from '../model/prompt.ts';
import type { LanguageModel } from '../model/types.ts';
import { type CliDevice, openLanguageModel } from '../node/open-model.ts';
import { type PromptOptions, promptFrom, sayNotice } from '../node/prompt-options.ts';
import { type SteeringOptions, steeredNeurons } from './generate.ts';

export interface ActivationsOptions extends PromptOptions, SteeringOptions {
  readonly model: string;
  readonly device: CliDevice;
  readonly dense?: boolean;
  readonly answer?: string;
  readonly top: number;
  readonly logits?: boolean;
  readonly all?: boolean;
}

export interface ActivationsReport {
  readonly ids: readonly number[];
  readonly next: readonly { readonly id: number; readonly token: string; readonly logprob: number }[];
  readonly logits?: readonly number[];
  readonly layers: readonly {
    readonly layer: number;
    readonly top: readonly { readonly neuron: number; readonly cett: number }[];
    readonly out_norm?: number;
    readonly z?: readonly number[];
    readonly cett?: readonly number[];
  }[];
}

/** What the model's neurons do at the last position, and what it would say next. */
export async function runActivations(options: ActivationsOptions): Promise<ActivationsReport> {
  const model = await openLanguageModel(options.model, options.device, options);
  const { ids: promptIds, notice } = preparePrompt(model, promptFrom(options));
  sayNotice(notice);
  const answerIds = options.answer ? model.codec.encode(options.answer, { addBos: false }) : [];
  const ids = [...promptIds, ...answerIds];
  const last = [ids.length - 1];
  let captured: NeuronReading | undefined;
  let logits: Float32Array | undefined;
  const lanes = [{ neurons: await steeredNeurons(model, options), scope: 'everywhere' as const }];
  await readSequence(
    model,
    { promptIds, answerIds, lanes, capture: last, logits: last },
    {
      neurons: (_lane, _position, reading) => {
        captured = reading;
      },
      logits: (_lane, _position, values) => {
        logits = values;
      },
    },
  );
  if (!captured || !logits) throw new EngineError('internal', 'The last position was not read.');
  return report(options, model, ids, logits, captured);
}

function report(
  options: ActivationsOptions,
  model: LanguageModel,
  ids: readonly number[],
  logits: Float32Array,
  captured: NeuronReading,
): ActivationsReport {
  const { logZ } = logSoftmaxStats(logits);
  const { offsets, widths } = model.layout;
  return {
    ids,
    next: topCandidates(logits, options.top, logZ).map(({ id, logprob }) => ({
      id,
      token: model.codec.hasName(id) ? model.codec.token(id) : `#${id}`,
      logprob,
    })),
    ...(options.logits ? { logits: [...logits] } : {}),
    layers: widths.map((width, layer) => {
      const slice = (values: Float32Array) => values.subarray(offsets[layer], offsets[layer] + width);
      const cett = slice(captured.cett);
      const top = [...largestIndices(cett, options.top)].map((neuron) => ({ neuron, cett: cett[neuron] }));
      if (!options.all) return { layer, top };
      return { layer, top, out_norm: captured.outNorms[layer], z: [...slice(captured.z)], cett: [...cett] };
    }),
  };
}
