import type { Estimate } from '../../src/identify/verdict.ts';
import type { SetEffect, SuiteEffects } from '../../src/impact/effects.ts';
import type { Measured } from '../../src/impact/measured.ts';
import type { ImpactReport } from '../../src/impact/report.ts';
import { interval, percent, row } from './table.ts';

const points = (share: number) => (100 * share).toFixed(1);

/** The lowest and the highest of the random sets. */
function span(values: readonly number[], format: (value: number) => string): string {
  return values.length === 0 ? '' : `${format(Math.min(...values))} to ${format(Math.max(...values))}`;
}

const isControl = ({ kind }: SetEffect) => kind === 'control';
const ownOf = (sets: readonly SetEffect[]) => sets.find(({ kind }) => kind === 'set') as SetEffect;

function curves(alphas: readonly number[], { sets }: Pick<SuiteEffects, 'sets'>, what: string): string[] {
  const own = ownOf(sets);
  const controls = sets.filter(isControl);
  const rows = (name: string, measure: keyof Measured<unknown>, format: (value: number) => string) => [
    row([`${name}, set`, ...own.byAlpha.map((each) => interval(each[measure], format))]),
    row([
      `${name}, random sets`,
      ...alphas.map((_, a) =>
        span(
          controls.map(({ byAlpha }) => byAlpha[a]![measure].value),
          format,
        ),
      ),
    ]),
  ];
  return [
    row(['factor', ...alphas.map(String)]),
    `|---|${alphas.map(() => '---:|').join('')}`,
    ...rows(what, 'rate', percent),
    ...rows('margin, nats a token', 'margin', (value) => value.toFixed(2)),
  ];
}

function effectsTable(alphas: readonly number[], { sets, contrasts }: SuiteEffects): string[] {
  const own = ownOf(sets);
  const [contrast] = contrasts;
  const line = (name: string, { rate, margin, rawMargin }: Measured<Estimate>) =>
    row([name, interval(rate, points), interval(margin), interval(rawMargin, (value) => value.toFixed(2))]);
  return [
    row(['', 'share that goes along, points', 'margin, nats a token', 'margin of the whole answers, nats']),
    '|---|---|---|---|',
    line(`from ${alphas[0]} to ${alphas.at(-1)}`, own.endpoints),
    ...(contrast ? [line('the same, less the random sets', contrast.endpoints)] : []),
    line('slope per factor', own.slope),
    ...(contrast ? [line('the same, less the random sets', contrast.slope)] : []),
    line('slope up to 1 (suppression)', own.suppression),
    line('slope from 1 (amplification)', own.amplification),
    ...(contrast
      ? [
          row([
            'rank of the slope among the random sets, p',
            ...(['rate', 'margin', 'rawMargin'] as const).map((each) => contrast.p[each].toFixed(2)),
          ]),
        ]
      : []),
  ];
}

function perplexityTable(
  alphas: readonly number[],
  { suite, passages, sets }: ImpactReport['perplexity'][number],
): string[] {
  const one = (value: number) => value.toFixed(1);
  const [own] = sets;
  const controls = sets.filter(({ kind }) => kind === 'control');
  return [
    `Perplexity of ${passages} passages (${suite}):`,
    '',
    row(['factor', ...alphas.map(String)]),
    `|---|${alphas.map(() => '---:|').join('')}`,
    row(['set', ...(own?.byAlpha ?? []).map((each) => interval(each, one))]),
    row([
      'random sets',
      ...alphas.map((_, a) =>
        span(
          controls.map(({ byAlpha }) => byAlpha[a]!.value),
          one,
        ),
      ),
    ]),
  ];
}

/** What a sweep shows, for docs/results.md. */
export function impactText({ manifest, compliance, neutral, perplexity }: ImpactReport): string[] {
  const { alphas, sets } = manifest.plan;
  const [own] = sets;
  const controls = sets.filter(({ kind }) => kind === 'control').length;
  return [
    `${own?.name ?? ''}, ${own?.members.length ?? 0} neurons, beside ${controls} random sets of the same layers and mean CETT.`,
    ...compliance.flatMap((effects) => [
      '',
      `### ${effects.suite}, ${effects.items} items`,
      '',
      `**${effects.verdict.sentence}**`,
      '',
      ...curves(alphas, effects, 'goes along'),
      '',
      ...effectsTable(alphas, effects),
    ]),
    '',
    '### Whether the model still works',
    ...neutral.flatMap((effects) => [
      '',
      `${effects.suite}, ${effects.items} items; "goes along" is a wrong answer here:`,
      '',
      ...curves(alphas, effects, 'wrong'),
    ]),
    ...perplexity.flatMap((each) => ['', ...perplexityTable(alphas, each)]),
  ];
}

/** Whether a study's file holds a sweep. */
export function isImpact(data: object): data is ImpactReport {
  return 'compliance' in data;
}
