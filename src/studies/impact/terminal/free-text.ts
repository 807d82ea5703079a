import type { Estimate } from '../../../lib/stats/estimate.ts';
import { intervalText } from '../../../node/estimate-text.ts';
import { tooFewItems } from '../../report-text/too-few.ts';
import type { FreeEffects, FreeMeasured } from '../free-effects.ts';
import { FREE_OUTCOMES } from '../labels.ts';
import type { SweepPlan } from '../sweep.ts';

const line = (name: string, { along, tokens }: FreeMeasured<Estimate>) =>
  `    ${name.padEnd(24)} ${intervalText(along).padEnd(26)} ${intervalText(tokens, (length) => length.toFixed(1))}`;

/** What free answers show, for people: the sets' verdicts by factor, and the change from end to end of all. */
export function freeLines({ alphas }: SweepPlan, free: readonly FreeEffects[]): string[] {
  return free.flatMap(({ suite, items, labelled, sets, contrasts }) => [
    `${suite}, free answers to ${items} items, ${labelled} labelled by hand: share that goes along and length (tokens)`,
    ...sets
      .filter(({ kind }) => kind === 'set')
      .flatMap(({ name, byAlpha }) =>
        byAlpha.flatMap(({ counts, ...measured }, a) => [
          line(`${name} at ${alphas[a]}`, measured),
          `        ${FREE_OUTCOMES.map((outcome) => `${outcome} ${counts[outcome]}`).join(', ')}`,
        ]),
      ),
    ...(tooFewItems(items, 'items')
      ? [`${suite}, free answers: of a change nothing is said, ${items} are too few`]
      : [
          `${suite}, free answers: change from ${alphas[0]} to ${alphas.at(-1)} of both`,
          ...sets.map(({ name, endpoints }) => line(name, endpoints)),
          ...contrasts.map(({ name, endpoints }) => line(`${name} less controls`, endpoints)),
        ]),
  ]);
}
