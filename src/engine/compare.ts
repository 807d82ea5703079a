import type { Sampling } from '../inference/types.ts';
import { type Running, running } from '../lib/running.ts';
import type { Prompt } from '../model/prompt.ts';
import type { NeuronRef, ScaledNeuron } from '../neurons/types.ts';
import { ARMS, type Arm, compareScaled } from '../steering/comparison.ts';
import type { Scope } from '../steering/types.ts';
import { answer } from './answer.ts';
import type { GenerateEvent, GenerateOut, PositionEvent, TokenEvent } from './answer-events.ts';
import type { Model } from './model.ts';

/** Greedy. */
export const GREEDY: Sampling = { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 };

const MAX_TOKENS = 64;

export interface AnswerOptions {
  /** A text is the question of a chat; models without a chat template read it as it stands. */
  readonly prompt: string | Prompt;
  /** Where the scales apply; everywhere where it is left out. */
  readonly scope?: Scope;
  /** What differs from greedy decoding. */
  readonly sampling?: Partial<Sampling>;
  /** Tokens of an answer at most; 64 where it is left out. */
  readonly maxTokens?: number;
  /** Neurons whose CETT comes with every position. */
  readonly watched?: readonly NeuronRef[];
  /** Columns of the overview of each layer that comes with every position, at most 256. */
  readonly bins?: number;
  readonly signal?: AbortSignal;
}

/** The prompt of a text. */
export function promptOf(model: Model, prompt: string | Prompt): Prompt {
  if (typeof prompt !== 'string') return prompt;
  if (model.chatTemplate === undefined) return { kind: 'raw', text: prompt };
  return { kind: 'chat', system: '', turns: [{ role: 'user', content: prompt }] };
}

/** A neuron and its scale; those without their own take the common one. */
export type Steered = NeuronRef & { readonly factor?: number };

export const scaledBy = (neurons: readonly Steered[], scale: number): ScaledNeuron[] =>
  neurons.map(({ layer, neuron, factor = scale }) => ({ layer, neuron, factor }));

function inputOf(model: Model, lanes: readonly (readonly ScaledNeuron[])[], options: AnswerOptions) {
  const { prompt, scope = 'everywhere', sampling, maxTokens = MAX_TOKENS, watched = [], bins = 1 } = options;
  return {
    prompt: promptOf(model, prompt),
    lanes: lanes.map((neurons) => ({ neurons, scope, sampling: { ...GREEDY, ...sampling } })),
    maxTokens,
    watched,
    bins,
    reference: { lane: 0 },
  };
}

export interface GenerateOptions extends AnswerOptions {
  /** Neurons to scale. */
  readonly neurons?: readonly Steered[];
  /** Scale of the neurons that have none of their own: 1 changes nothing, 0 switches them off, which it is where it is left out. */
  readonly scale?: number;
}

export type Answer = GenerateOut['lanes'][number];

/**
 * Answers a prompt; the events tell the prompt's tokens, each token of the answer with its log-probability and its
 * rivals, and what the neurons do at each position.
 * @throws EngineError where the result is awaited: `bad-input`, `context-full`, `cancelled`
 */
export function generate(model: Model, options: GenerateOptions): Running<GenerateEvent, Answer> {
  const { neurons = [], scale = 0, signal } = options;
  return running(async (emit, stop) => {
    const input = inputOf(model, [scaledBy(neurons, scale)], options);
    const { lanes } = await answer(model, input, { id: model.nextRequest(), signal: stop, emit });
    return lanes[0];
  }, signal);
}

export interface CompareOptions extends AnswerOptions {
  /** Neurons to scale, those of a neuron set, for example. */
  readonly neurons: readonly Steered[];
  /** Scale of the neurons that have none of their own: 1 changes nothing, 0 switches them off, which it is where it is left out. */
  readonly scale?: number;
  /** Draw of the random control; 1 where it is left out. */
  readonly controlSeed?: number;
}

/** An event of one arm, or of the prompt, which all arms share. */
export type CompareEvent =
  | (PositionEvent & { readonly arm: Arm })
  | (TokenEvent & { readonly arm: Arm })
  | Exclude<GenerateEvent, PositionEvent | TokenEvent>;

/**
 * Answers a prompt three times as one batch: as the model was trained, with the neurons scaled, and with as many random
 * neurons of the same layers and of like activity scaled alike.
 * @throws EngineError where the result is awaited: `bad-input`, `context-full`, `cancelled`
 */
export function compare(
  model: Model,
  options: CompareOptions,
): Running<CompareEvent, Readonly<Record<Arm, Answer>>> {
  const { neurons, scale = 0, controlSeed = 1, signal } = options;
  return running(async (emit, stop) => {
    const arms = compareScaled(scaledBy(neurons, scale), model, controlSeed);
    const input = inputOf(
      model,
      ARMS.map((arm) => arms[arm]),
      options,
    );
    const { lanes } = await answer(model, input, {
      id: model.nextRequest(),
      signal: stop,
      emit: (event) =>
        emit(
          event.type === 'position' || event.type === 'token' ? { ...event, arm: ARMS[event.lane] } : event,
        ),
    });
    const [unsteered, steered, control] = lanes;
    return { unsteered, steered, control };
  }, signal);
}
