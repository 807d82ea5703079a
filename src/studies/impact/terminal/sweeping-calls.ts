import type { CliDevice } from '../../../node/open-model.ts';
import type { ImpactRecord } from '../score-item.ts';
import type { Sweeper, SweepJob } from '../sweeper.ts';

/** What is turned in which model. */
export interface SweepInput {
  readonly model: string;
  readonly device: CliDevice;
  /** Files of neuron sets; the controls are matched to the first. */
  readonly files: readonly string[];
  /** Single neurons as "LAYER:NEURON", further sets. */
  readonly neurons: readonly string[];
  readonly alphas: readonly number[];
  readonly controls: number;
  readonly members: boolean;
  readonly seed: number;
}

/** The calls of a process that items are put to. */
export interface SweepingCalls {
  open: {
    in: SweepInput;
    event: never;
    out: Pick<Sweeper, 'model' | 'plan'> & {
      /** Of how the model reads conversations, and of sets that were found in other models of the same weights. */
      readonly notes: readonly string[];
      readonly peakBytes: number;
    };
  };
  make: { in: SweepJob; event: never; out: ImpactRecord };
}
