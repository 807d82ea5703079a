import { createStore } from 'zustand/vanilla';
import type {
  DeviceChoice,
  Lane,
  LoadedModel,
  ModelSource,
  NeuronRef,
  Progress,
  Sampling,
} from '../../src/protocol/messages.ts';
import type { LaneIndex } from './record.ts';

export interface ModelState {
  readonly status: 'checking' | 'missing' | 'loading' | 'ready' | 'failed';
  readonly model?: LoadedModel;
  readonly progress?: Progress;
  /** Seconds, where the rate so far tells it. */
  readonly secondsLeft?: number;
  readonly error?: string;
  readonly device: DeviceChoice;
  readonly source?: ModelSource;
}

export interface PromptState {
  readonly system: string;
  readonly question: string;
  readonly sampling: Sampling;
  readonly maxTokens: number;
}

export interface SteeringState {
  readonly name: string;
  readonly members: readonly NeuronRef[];
  readonly factor: number;
  readonly scope: Lane['scope'];
  /** Factors of neurons whose own slider was moved, by `neuronKey`. */
  readonly own: Readonly<Record<string, number>>;
  readonly controlSeed: number;
  readonly control: readonly NeuronRef[];
}

export interface RunState {
  readonly status: 'idle' | 'running' | 'done';
  readonly error?: string;
  /** What the engine changed to fit the model's template. */
  readonly notice: string;
  readonly msPerToken?: number;
}

export interface TokenRef {
  readonly lane: LaneIndex;
  readonly position: number;
}

export interface SelectionState {
  readonly hover?: TokenRef;
  readonly pin?: TokenRef;
  readonly neuron?: NeuronRef;
}

export interface ViewState {
  /** Answers aligned token by token, or each as running text over evenly wide columns. */
  readonly layout: 'columns' | 'text';
  /** Whether the prompt's columns are as wide as their text. */
  readonly prompt: boolean;
  /** Whether spaces have a visible mark. */
  readonly spaces: boolean;
}

/** "layer:neuron", the label of a neuron everywhere. */
export function neuronKey(neuron: NeuronRef): string {
  return `${neuron.layer}:${neuron.neuron}`;
}

/** The factor that a member runs with: its own where its slider was moved, else the set's. */
export function factorOf(steering: Pick<SteeringState, 'own' | 'factor'>, neuron: NeuronRef): number {
  return steering.own[neuronKey(neuron)] ?? steering.factor;
}

/** The page's stores, a slice a concern, at their first values. */
export function createStores() {
  return {
    model: createStore<ModelState>(() => ({ status: 'checking', device: 'auto' })),
    prompt: createStore<PromptState>(() => ({
      system: '',
      question: 'When did Albert Einstein invent the telephone?',
      sampling: { temperature: 0, topK: 0, topP: 1, repetitionPenalty: 1, seed: 1 },
      maxTokens: 64,
    })),
    steering: createStore<SteeringState>(() => ({
      name: 'no neurons yet',
      members: [],
      factor: 1,
      scope: 'everywhere',
      own: {},
      controlSeed: 1,
      control: [],
    })),
    run: createStore<RunState>(() => ({ status: 'idle', notice: '' })),
    selection: createStore<SelectionState>(() => ({})),
    view: createStore<ViewState>(() => ({ layout: 'columns', prompt: false, spaces: false })),
  };
}

export type Stores = ReturnType<typeof createStores>;
