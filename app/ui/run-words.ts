import type { RunSummary } from '../../src/studies/identify/run-database.ts';
import { type Status, statuses, statusWords } from '../identify/answer-rows.ts';
import type { RunFigures } from '../identify/state/identification-state.ts';
import { describeTimeLeft } from './progress.ts';

/** "34 right, 120 made up, 30 mixed": what there is none of is left out. */
export function countsText(counts: Readonly<Record<Status, number>>): string {
  const known = statuses.filter((status) => counts[status] > 0);
  return known.length === 0
    ? 'none asked yet'
    : known.map((status) => `${counts[status].toLocaleString('en')} ${statusWords[status]}`).join(', ');
}

/** "620 questions an hour, 12 min left"; empty until a question is done. */
export function rateText({ questionsAnHour, left }: RunFigures): string {
  if (questionsAnHour === 0) return '';
  const rate = `${Math.round(questionsAnHour).toLocaleString('en')} questions an hour`;
  return left === undefined || left < 1 ? rate : `${rate}, ${describeTimeLeft(left)}`;
}

/** When a run changed last, in this person's own writing. */
export function changedText({ changed }: Pick<RunSummary, 'changed'>): string {
  return new Date(changed).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

/** "Facts for small models, SmolLM2-135M-Instruct". */
export function runTitle({ questions, model }: RunSummary['manifest']): string {
  return `${questions.name}, ${model.name}`;
}

/** "0.6 MB": what the features of an answer take, of six vectors in half precision. */
export function answerSize(neurons: number): string {
  return `${((neurons * 6 * 2) / 1e6).toFixed(1)} MB`;
}
