import type { ImpactSummary } from '../../src/protocol/study-messages.ts';
import type { SweepFigures } from '../state/impact.ts';
import { describeTimeLeft } from '../state/progress.ts';

/** "False premises, Plain questions; H-Neurons". */
export function sweepTitle({ suites, plan }: ImpactSummary['manifest']): string {
  const sets = plan.sets.filter(({ kind }) => kind === 'set').map(({ name }) => name);
  return `${suites.map(({ name }) => name).join(', ')}; ${sets.join(', ')}`;
}

/** "620 items an hour, 12 min left at most"; empty until an item is done. */
export function paceText({ itemsAnHour, left }: SweepFigures): string {
  if (itemsAnHour === 0) return '';
  const rate = `${Math.round(itemsAnHour).toLocaleString('en')} items an hour`;
  return left === undefined || left < 1 ? rate : `${rate}, ${describeTimeLeft(left)}`;
}
