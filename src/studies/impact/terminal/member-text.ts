import { formatNeuron } from '../../../neurons/layout.ts';
import { intervalText } from '../../../node/estimate-text.ts';
import { membersSentence } from '../../report-text/impact.ts';
import { tooFewItems } from '../../report-text/too-few.ts';
import type { SuiteEffects } from '../effects.ts';

/** What the members of a suite's first set do, for people, those that matter most first; none where it was not asked. */
export function memberLines({ suite, items, members }: SuiteEffects, range: string): string[] {
  if (!members || tooFewItems(items, 'items')) return [];
  return [
    `${suite}, each neuron of ${members.set}: change from ${range} of rate and margin alone; of rate and margin lost without it; chance of the margin's among ${members.looks} looks`,
    ...members.members.map(({ neuron, alone, lost, p }) =>
      [
        `    ${formatNeuron(neuron).padEnd(10)}`,
        ...[alone.rate, alone.margin, lost.rate, lost.margin].map((each) => intervalText(each).padEnd(26)),
        p.margin.toFixed(3),
      ].join(' '),
    ),
    `    ${membersSentence(members, 'margin', items)}`,
    `    ${membersSentence(members, 'rate', items)}`,
  ];
}
