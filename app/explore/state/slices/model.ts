import type { LoadedModel } from '../../../../src/engine/model-info.ts';
import type { DeviceChoice } from '../../../../src/model/runtime/choose.ts';
import type { HubSource, ModelSource } from '../../../../src/model/source.ts';
import type { LoadProgress } from '../../../ui/progress.ts';

export interface ModelState {
  /**
   * `asking`: the person has not agreed to the download yet; `missing`: there is no model beside a local page;
   * `shared`: another tab holds a model; `lost`: the model was there and is gone; `recorded`: a run of another model than
   * the loaded one is shown.
   */
  readonly status:
    | 'checking'
    | 'asking'
    | 'missing'
    | 'shared'
    | 'loading'
    | 'ready'
    | 'failed'
    | 'lost'
    | 'recorded';
  /** The model of what the page shows: the loaded one, the one before it, or that of a recorded run. */
  readonly model?: LoadedModel;
  readonly progress?: LoadProgress;
  /** Why the source could not be loaded, or what became of the model; where another one answers on, `status` is `ready`. */
  readonly error?: string;
  readonly device: DeviceChoice;
  /** What was loaded, or tried, last. */
  readonly source?: ModelSource;
  /** The model that was loaded last, and from where. */
  readonly last?: { readonly source: ModelSource; readonly model: LoadedModel };
  /** What the page offers to load. */
  readonly offer?: Extract<ModelSource, { kind: 'url' }>;
  /** The model that a link was made with, which is loaded when the person says so. */
  readonly linked?: { readonly name: string; readonly source: HubSource };
}

export const firstModel: ModelState = { status: 'checking', device: 'auto' };
