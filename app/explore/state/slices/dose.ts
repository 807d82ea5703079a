import type { DoseEvent } from '../../../../src/engine/dose.ts';
import type { Breakdown } from '../../../../src/inference/loops.ts';

/** What neurons scaled by one factor do to the answer. */
export interface DoseAnswer {
  readonly text: string;
  /** Whether the answer is not that of the model as trained. */
  readonly differs: boolean;
  /**
   * How far the predictions of the answer's start move from those of the model as trained: mean Kullback-Leibler
   * divergence while both read the answer of the model as trained, nats. Undefined in runs saved by older pages.
   */
  readonly divergence?: number;
  readonly breakdown?: Breakdown;
}

/** The answers at one factor of the first group. */
export interface DosePoint extends DoseAnswer {
  readonly factor: number;
  /** The same with the random control; undefined until it is there. */
  readonly control?: DoseAnswer;
}

export interface DoseState {
  readonly status: 'none' | 'waiting' | 'running' | 'done' | 'failed';
  /** Empty until they are known for what is asked and steered now. */
  readonly points: readonly DosePoint[];
  readonly error?: string;
  /** Progress of the group's doses, then of the random control's; undefined while none are being answered. */
  readonly progress?: DoseEvent & {
    readonly of: 'group' | 'control';
    /** The prompt takes several runs to read. */
    readonly isLong: boolean;
  };
}

export const firstDose: DoseState = { status: 'none', points: [] };
