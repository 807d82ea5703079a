import { z } from 'zod';
import type { Suite } from '../../src/datasets/suites/suite.ts';
import { formatNeuron } from '../../src/neurons/layout.ts';
import type { NeuronRef } from '../../src/neurons/types.ts';
import { memberSets } from '../../src/studies/impact/member-sets.ts';
import { checkAlphas, type ImpactStart, SWEEP_ALPHAS } from '../../src/studies/impact/sweep.ts';
import { groupRange } from '../explore/state/slices/steering.ts';
import { describeError } from '../ui/describe-error.ts';

/** How a sweep is done, as the page's fields have it. */
export interface SweepFields {
  /** As they are typed, "0, 1, 3". */
  readonly factors: string;
  readonly controls: number;
  /** Items of a suite at most. */
  readonly limit: number;
  readonly seed: number;
  /** Items of a suite that are also answered freely. */
  readonly free: number;
  /** Points per unit of the factor; undefined: all items are asked. */
  readonly tight?: number | undefined;
}

export const fieldsSchema: z.ZodType<SweepFields> = z.object({
  factors: z.string(),
  controls: z.int().min(0),
  limit: z.int().min(1),
  seed: z.int().min(0),
  free: z.int().min(0),
  tight: z.number().min(0).optional(),
});

export const firstFields: SweepFields = {
  factors: SWEEP_ALPHAS.join(', '),
  controls: 3,
  limit: 40,
  seed: 1,
  free: 0,
};

/**
 * The factors in a text, ascending.
 * @returns them, or a sentence that says what is wrong
 */
export function parseFactors(text: string): readonly number[] | string {
  const parts = text.split(/[\s,;]+/).filter((part) => part !== '');
  const wrong = parts.find((part) => !Number.isFinite(Number(part)));
  if (wrong !== undefined) return `"${wrong}" is no number; write factors like ${SWEEP_ALPHAS.join(', ')}.`;
  const factors = [...new Set(parts.map(Number))].sort((a, b) => a - b);
  const { min, max } = groupRange;
  if (factors.some((factor) => factor < min || factor > max))
    return `Factors go from ${min} to ${max}, as in the explorer.`;
  try {
    checkAlphas(factors);
  } catch (error) {
    return describeError(error);
  }
  return factors;
}

/** The first items of a suite. */
export function shortened(suite: Suite, limit: number): Suite {
  return { ...suite, items: suite.items.slice(0, limit) } as Suite;
}

/** Versions of the model that every item is read by: sets of the same neurons, and the untouched model, count once. */
export function versions(
  factors: readonly number[],
  sets: readonly { readonly members: readonly NeuronRef[] }[],
  controls: number,
): number {
  const different = new Set(sets.map(({ members }) => membersKey(members)));
  return (factors.length - 1) * (different.size + controls) + 1;
}

/** Versions of the model that every item of a sweep is read by. */
export function versionsOf({ alphas, sets, controls, members }: ImpactStart): number {
  const [first] = sets;
  const each = members && first ? memberSets(first.members) : [];
  return versions(alphas, [...sets, ...each], controls);
}

/** Names neurons, whatever their order. */
export function membersKey(members: readonly NeuronRef[]): string {
  return [...new Set(members.map(formatNeuron))].sort().join(' ');
}
