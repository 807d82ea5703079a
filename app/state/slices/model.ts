import type { DeviceChoice, LoadedModel, ModelSource, Progress } from '../../../src/protocol/messages.ts';

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

export const firstModel: ModelState = { status: 'checking', device: 'auto' };
