import { shownName } from '../lib/shown.ts';
import type { ActivationsReport } from './activations.ts';
import type { GenerateReport } from './generate.ts';
import type { InspectReport } from './inspect.ts';

const NEURONS_SHOWN = 5;

/** Characters of a value on one line. */
const LONGEST_VALUE = 400;

function valueText(value: unknown): string {
  return shownName(typeof value === 'string' ? value : JSON.stringify(value), LONGEST_VALUE);
}

export function inspectText(report: InspectReport): string {
  return Object.entries(report)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => {
      if (!Array.isArray(value) || typeof value[0] !== 'object') return `${key}: ${valueText(value)}`;
      return `${key}:\n${value.map((each) => `  ${valueText(each)}`).join('\n')}`;
    })
    .join('\n');
}

export function generateText(report: GenerateReport): string {
  return report.lanes.map(({ name, text }) => `${name}: ${text}`).join('\n');
}

export function activationsText(report: ActivationsReport): string {
  const next = report.next.map(
    ({ token, logprob }) => `  ${Math.exp(logprob).toFixed(4)}  ${JSON.stringify(token)}`,
  );
  const layers = report.layers.map(({ layer, top }) => {
    const shown = top.slice(0, NEURONS_SHOWN).map(({ neuron, cett }) => `${neuron} (${cett.toFixed(3)})`);
    return `  layer ${layer}: ${shown.join(', ')}`;
  });
  return [
    `next token after ${report.ids.length} tokens:`,
    ...next,
    'most active neurons (CETT):',
    ...layers,
  ].join('\n');
}
