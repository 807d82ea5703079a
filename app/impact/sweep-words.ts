import type { ImpactSummary } from '../../src/studies/impact/sweep-database.ts';
import { describeTimeLeft } from '../ui/progress.ts';
import type { SweepFigures } from './state/impact.ts';

/** "False premises, Plain questions; H-Neurons", with "each neuron" where members are told apart. */
export function sweepTitle({ suites, plan }: ImpactSummary['manifest']): string {
  const sets = plan.sets.filter(({ kind }) => kind === 'set').map(({ name }) => name);
  const each = plan.sets.some(({ kind }) => kind === 'alone') ? ', each neuron' : '';
  return `${suites.map(({ name }) => name).join(', ')}; ${sets.join(', ')}${each}`;
}

/** "620 items an hour, 12 min left at most"; empty until an item is done. */
export function paceText({ itemsAnHour, left }: SweepFigures): string {
  if (itemsAnHour === 0) return '';
  const rate = `${Math.round(itemsAnHour).toLocaleString('en')} items an hour`;
  return left === undefined || left < 1 ? rate : `${rate}, ${describeTimeLeft(left)}`;
}
