import type { RocPoint } from '../../lib/stats/auroc.ts';
import type { Calibration } from '../../lib/stats/calibration.ts';
import type { PathPoint } from '../../lib/stats/choose-c.ts';
import type { NeuronSet } from '../../neurons/set-file.ts';
import type { NeuronRef } from '../../neurons/types.ts';
import type { DetectorId } from './detectors/registry.ts';
import type { Verdict } from './verdict.ts';

/** A detector's ROC curve on the answers held out. */
export interface RocCurve {
  readonly id: DetectorId;
  readonly points: readonly RocPoint[];
}

/** How often a neuron was chosen when halves of the answers were learnt from. */
export interface StableNeuron extends NeuronRef {
  /** Share of the resamples with a positive weight, 0 to 1. */
  readonly share: number;
  /** It is in the set. */
  readonly inSet: boolean;
}

/** What learning on some relations is worth on others. */
export interface Transfer {
  /** Names of the groups of relations, in the order of rows and columns. */
  readonly groups: readonly {
    readonly name: string;
    readonly relations: readonly string[];
    readonly answers: number;
  }[];
  /** AUROC [learnt on][tested on]; on the diagonal by cross-validation; undefined where a class is lacking. */
  readonly auroc: readonly (readonly (number | undefined)[])[];
}

/** A set and everything that was measured of it. */
export interface Finding {
  readonly set: NeuronSet;
  readonly verdict: Verdict;
  /** The C path by cross-validation; empty where C was given. */
  readonly path: readonly PathPoint[];
  readonly C: number;
  /** Answers learnt from. */
  readonly trained: number;
  /** Of the H-Neurons, the mean log-probability, all neurons, and H-Neurons with the log-probability. */
  readonly roc: readonly RocCurve[];
  /** Of the set's probabilities on the answers held out. */
  readonly calibration: Calibration;
  /** Neurons chosen in at least a tenth of the resamples, most often chosen first; and every member of the set. */
  readonly stability: { readonly resamples: number; readonly neurons: readonly StableNeuron[] };
  readonly transfer: Transfer;
  readonly fit: {
    /** Some neurons tell all answers learnt from apart without a mistake. */
    readonly separable: boolean;
    readonly converged: boolean;
    /** Neurons with the same activation in every answer, and with values that are not numbers. */
    readonly constant: number;
    readonly notFinite: number;
  };
  /** What is to be known of the run, a sentence each. */
  readonly notes: readonly string[];
}
