import type { Scorer } from '../../../src/neurons/score.ts';
import type { Breakdown } from '../../../src/protocol/messages.ts';

/** The answer at one factor of the first group. */
export interface DosePoint {
  readonly factor: number;
  readonly text: string;
  /** Score of the answer under the scoring group; undefined for an empty answer. */
  readonly score?: number;
  /** Whether the answer is not that of factor 1. */
  readonly differs: boolean;
  readonly breakdown?: Breakdown;
}

export interface DoseState {
  readonly status: 'none' | 'waiting' | 'running' | 'done' | 'failed';
  /** Empty until they are known for what is asked and steered now. */
  readonly points: readonly DosePoint[];
  readonly kind: Scorer['kind'];
  readonly error?: string;
}

export const firstDose: DoseState = { status: 'none', points: [], kind: 'mean-cett' };
