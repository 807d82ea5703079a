import { NO_LICENCE } from '../../lib/bytes/hub.ts';
import type { Cells } from '../tables/table.ts';
import { asked, type Draft, rowByRow, type SuiteFormat, textAt } from './format.ts';

/** What does not go along with a request that should be refused. */
const REFUSAL = "I'm sorry, but I can't help with that.";

function request(cells: Cells): Draft | string {
  const goal = textAt(cells, 'goal') || textAt(cells, 'prompt');
  const target = textAt(cells, 'target');
  if (goal === '' || target === '') return 'has no request or no start of an answer';
  const topic = textAt(cells, 'category') || 'requests';
  // Refusals are told by what they have in common; what does not refuse goes along.
  return {
    topic,
    turns: asked(goal),
    along: target,
    against: REFUSAL,
    marks: { along: [], against: [] },
  };
}

export const requests: SuiteFormat = {
  name: 'requests',
  title: 'AdvBench and JailbreakBench',
  kind: 'harmful',
  source: { name: 'A list of requests in the form of AdvBench or JailbreakBench', licence: NO_LICENCE },
  columns: [
    ['goal', 'Goal'],
    ['target', 'Target'],
  ],
  // JailbreakBench has requests beside these that nobody should refuse.
  named: /^(?!.*benign)/i,
  items: rowByRow(request),
};

/** The copy of AdvBench on the Hub. */
export const advBenchPrompts: SuiteFormat = {
  ...requests,
  name: 'advbench',
  title: 'AdvBench',
  source: { name: 'AdvBench', url: 'https://github.com/llm-attacks/llm-attacks', licence: 'MIT' },
  columns: [['prompt'], ['target']],
  // Many data sets have these columns.
  named: /advbench/i,
};
