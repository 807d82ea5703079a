import { readSequence } from '../inference/teacher-force.ts';
import { type Prompt, preparePrompt } from '../model/prompt.ts';
import type { Scope } from '../steering/types.ts';
import { promptOf, type Steered, scaledBy } from './compare.ts';
import type { Model } from './model.ts';

export interface ReadOptions {
  /** A text that is read behind the prompt, token by token as an answer. */
  readonly answer?: string;
  /** 0-based positions in prompt and answer whose neurons are read; the last one where it is left out. */
  readonly positions?: readonly number[];
  readonly neurons?: readonly Steered[];
  readonly scale?: number;
  readonly scope?: Scope;
  readonly signal?: AbortSignal;
}

/** What the neurons of a model do at one position. */
export interface PositionActivations {
  readonly position: number;
  /** Relative contribution of every neuron to its layer's output, flat, [layout.total]. */
  readonly cett: Float32Array;
  /** Input of the down projections before scaling, flat, [layout.total]. */
  readonly z: Float32Array;
  /** L2 norm of each layer's MLP output, [layers]. */
  readonly outNorms: Float32Array;
}

export interface Activations {
  /** Token ids of prompt and answer. */
  readonly ids: readonly number[];
  readonly promptLength: number;
  readonly positions: readonly PositionActivations[];
  /** Logits behind the last position, [vocabulary]. */
  readonly logits: Float32Array;
  /** What a person should know of how the model reads the prompt; empty where there is nothing to say. */
  readonly notice: string;
}

/**
 * Reads a prompt, and an answer to it where one is given, and tells what the neurons do.
 * @throws EngineError `bad-input`, `context-full`, `cancelled`
 */
export async function readActivations(
  model: Model,
  prompt: string | Prompt,
  options: ReadOptions = {},
): Promise<Activations> {
  const { answer = '', neurons = [], scale = 0, scope = 'everywhere', signal } = options;
  const { ids: promptIds, notice } = preparePrompt(model, promptOf(model, prompt));
  const answerIds = answer === '' ? [] : model.codec.encode(answer, { addBos: false });
  const ids = [...promptIds, ...answerIds];
  const last = ids.length - 1;
  const found: PositionActivations[] = [];
  let logits = new Float32Array();
  const lanes = [{ neurons: scaledBy(neurons, scale), scope }];
  const capture = [...new Set(options.positions ?? [last])].sort((a, b) => a - b);
  await readSequence(
    model,
    { promptIds, answerIds, lanes, capture, logits: [last], signal },
    {
      neurons(_lane, position, { cett, z, outNorms }) {
        found.push({ position, cett, z: z.slice(), outNorms: outNorms.slice() });
      },
      logits(_lane, _position, values) {
        logits = values.slice();
      },
    },
  );
  return { ids, promptLength: promptIds.length, positions: found, logits, notice };
}
