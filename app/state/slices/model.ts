import type { DeviceChoice, LoadedModel, ModelSource } from '../../../src/protocol/messages.ts';
import type { LoadProgress } from '../progress.ts';

export interface ModelState {
  /**
   * `asking`: the person has not agreed to the download yet; `missing`: there is no model beside a local page;
   * `recorded`: a run of another model than the loaded one is shown.
   */
  readonly status: 'checking' | 'asking' | 'missing' | 'loading' | 'ready' | 'failed' | 'recorded';
  /** The model of what the page shows: the loaded one, or that of a recorded run. */
  readonly model?: LoadedModel;
  readonly progress?: LoadProgress;
  readonly error?: string;
  readonly device: DeviceChoice;
  readonly source?: ModelSource;
  /** What the page offers to load. */
  readonly offer?: Extract<ModelSource, { kind: 'url' }>;
}

export const firstModel: ModelState = { status: 'checking', device: 'auto' };
