import type { CliDevice } from '../../../node/open-model.ts';
import type { Asked, Item, Questioner, RunSettings } from '../ask.ts';

/** The calls of a process that questions are put to. */
export interface AskingCalls {
  open: {
    in: { readonly model: string; readonly device: CliDevice; readonly settings: RunSettings };
    event: never;
    out: {
      readonly model: Questioner['model'];
      readonly ahead: number;
      /** What a person should know of how the model reads questions; empty where there is nothing to say. */
      readonly notice: string;
      /** The most memory that the process took until now. */
      readonly peakBytes: number;
    };
  };
  ask: { in: Item; event: never; out: Asked };
}
