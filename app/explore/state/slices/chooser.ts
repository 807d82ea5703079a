import type { HubName } from '../../../models/state/hub-name.ts';

/** Parts of the dialog that a model is chosen in. */
export type ChooserPart = 'catalogue' | 'hub' | 'disk' | 'kept';

export interface ChooserState {
  readonly open: boolean;
  readonly part: ChooserPart;
  /** The repository that is looked at from elsewhere, for example a link's. */
  readonly wanted?: HubName;
}

export const firstChooser: ChooserState = { open: false, part: 'catalogue' };
