import type { Estimate } from '../../src/lib/stats/estimate.ts';
import { formatNeuron } from '../../src/neurons/layout.ts';
import { intervalText as interval } from '../../src/node/estimate-text.ts';
import type { SetEffect, SuiteEffects } from '../../src/studies/impact/effects.ts';
import type { FreeEffects } from '../../src/studies/impact/free-effects.ts';
import { FREE_OUTCOMES, type FreeOutcome } from '../../src/studies/impact/labels.ts';
import type { Measured } from '../../src/studies/impact/measured.ts';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import { effectSentence, membersSentence } from '../../src/studies/report-text/impact.ts';
import { percent, row } from './table.ts';

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

const outcomes: Readonly<Record<FreeOutcome, string>> = {
  along: 'goes along',
  against: 'does not',
  unparsed: 'no rule tells',
  empty: 'empty',
  looping: 'looping',
  neither: 'neither, by hand',
};

/** Free answers of the set by factor, and the change beside that of the random sets. */
function freeTable(
  alphas: readonly number[],
  { suite, items, labelled, sets, contrasts }: FreeEffects,
): string[] {
  const own = sets.find(({ kind }) => kind === 'set');
  if (!own) return [];
  const [contrast] = contrasts;
  const length = (value: number) => value.toFixed(1);
  return [
    `${suite}, ${items} items answered freely, ${labelled} answers labelled by hand; change from ${alphas[0]} to ${alphas.at(-1)}: ${interval(own.endpoints.along, points)} points${contrast ? `, less the random sets ${interval(contrast.endpoints.along, points)}` : ''}.`,
    '',
    row(['factor', ...alphas.map(String)]),
    `|---|${alphas.map(() => '---:|').join('')}`,
    ...FREE_OUTCOMES.filter((outcome) => own.byAlpha.some(({ counts }) => counts[outcome] > 0)).map(
      (outcome) => row([outcomes[outcome], ...own.byAlpha.map(({ counts }) => String(counts[outcome]))]),
    ),
    row(['length, tokens', ...own.byAlpha.map(({ tokens }) => interval(tokens, length))]),
  ];
}

/** What each neuron of the set does, those that matter most first. */
function memberTable({ suite, items, members }: SuiteEffects): string[] {
  if (!members) return [];
  return [
    '',
    `### Each neuron: ${suite}, ${items} items`,
    '',
    membersSentence(members, 'margin', items),
    '',
    row(['neuron', 'alone, nats a token', 'lost without it', 'p, of all looks']),
    '|---|---|---|---:|',
    ...members.members.map(({ neuron, alone, lost, p }) =>
      row([formatNeuron(neuron), interval(alone.margin), interval(lost.margin), p.margin.toFixed(3)]),
    ),
  ];
}

/** What a sweep shows, for docs/results.md. */
export function impactText({ manifest, compliance, neutral, perplexity, free }: ImpactReport): string[] {
  const { alphas, sets } = manifest.plan;
  const [own] = sets;
  if (sets.some(({ kind }) => kind === 'alone')) return compliance.flatMap(memberTable).slice(1);
  const controls = sets.filter(({ kind }) => kind === 'control').length;
  return [
    `${own?.name ?? ''}, ${own?.members.length ?? 0} neurons, beside ${controls} random sets of the same layers and mean CETT.`,
    ...compliance.flatMap((effects) => [
      '',
      `### ${effects.suite}, ${effects.items} items`,
      '',
      `**${effectSentence(manifest.plan, effects)}**`,
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
    ...(free.length > 0 ? ['', '### In its own words'] : []),
    ...free.flatMap((each) => ['', ...freeTable(alphas, each)]),
  ];
}

/** Whether a study's file holds a sweep. */
export function isImpact(data: object): data is ImpactReport {
  return 'compliance' in data;
}
