import { generate } from '../../src/inference/generate.ts';
import { readSequence } from '../../src/inference/teacher-force.ts';
import type { Lane, Sampling } from '../../src/inference/types.ts';
import type { GraphIo } from '../../src/model/graph-io.ts';
import type { LanguageModel } from '../../src/model/types.ts';
import type { ScaledNeuron } from '../../src/neurons/types.ts';
import type { Scope } from '../../src/steering/types.ts';

// No import of Node here: pages in the browser tests read models, too.

export interface Opened {
  readonly model: LanguageModel;
  readonly io: GraphIo;
}

const greedy: Sampling = { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 };

export interface Steering {
  readonly neurons: readonly ScaledNeuron[];
  readonly scope: Scope;
}

/** What is read at one position. */
export interface Reading {
  readonly logits: Float32Array;
  readonly z: Float32Array;
  readonly outNorms: Float32Array;
  readonly cett: Float32Array;
}

/** The last position of a prompt, as the terminal's `activations` shows it. */
export async function readLast(
  { model }: Opened,
  promptIds: readonly number[],
  neurons: readonly ScaledNeuron[] = [],
): Promise<Reading> {
  const last = [promptIds.length - 1];
  let found: Partial<Reading> = {};
  const lanes = [{ neurons, scope: 'everywhere' as const }];
  await readSequence(
    model,
    { promptIds, answerIds: [], lanes, capture: last, logits: last },
    {
      neurons: (_lane, _position, reading) => {
        found = { ...found, ...reading };
      },
      logits: (_lane, _position, logits) => {
        found = { ...found, logits };
      },
    },
  );
  return found as Reading;
}

/** Logits of the positions that make an answer, read at once with its prompt. */
export async function readAnswer(
  { model }: Opened,
  promptIds: readonly number[],
  answerIds: readonly number[],
  steering: Steering,
): Promise<Float32Array[]> {
  const read: Float32Array[] = [];
  const logits = answerIds.map((_, at) => promptIds.length - 1 + at);
  await readSequence(
    model,
    { promptIds, answerIds, lanes: [steering], capture: [0], logits },
    {
      logits: (_lane, _position, values) => {
        read.push(values.slice());
      },
    },
  );
  return read;
}

/** Greedy answers of five tokens, in lanes of one batch, and the logits before each token. */
export async function greedyAnswers(
  { model }: Opened,
  promptIds: readonly number[],
  steerings: readonly Steering[],
): Promise<{ readonly ids: readonly (readonly number[])[]; readonly logits: readonly Float32Array[][] }> {
  const endless: LanguageModel = { ...model, eosIds: new Set() };
  const lanes = steerings.map((steering): Lane => ({ ...steering, sampling: greedy }));
  const logits: Float32Array[][] = lanes.map(() => []);
  const { lanes: answers } = await generate(
    endless,
    { promptIds, lanes, maxTokens: 5 },
    {
      position: () => {},
      token: (token, distribution) => logits[token.lane]!.push(distribution.logits.slice()),
    },
  );
  return { ids: answers.map(({ ids }) => ids), logits };
}

/** Three ways to steer one prompt. */
export function threeSteerings(scale: readonly ScaledNeuron[]): Steering[] {
  return [
    { neurons: [], scope: 'everywhere' },
    { neurons: scale, scope: 'everywhere' },
    { neurons: [{ layer: 0, neuron: 3, factor: 5 }], scope: 'answer' },
  ];
}
