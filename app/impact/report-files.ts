import type { FreeLabel } from '../../src/impact/labels.ts';
import type { ImpactReport } from '../../src/impact/report.ts';
import type { ImpactRecord } from '../../src/impact/score-item.ts';
import { toCsv } from '../state/csv.ts';

/** A record a line, as the terminal's folder has them, and a person's labels of free answers behind them. */
export function recordsJsonl(records: readonly ImpactRecord[], labels: readonly FreeLabel[]): string {
  return [...records, ...labels].map((record) => `${JSON.stringify(record)}\n`).join('');
}

/** All curves of a report, a row a suite, set, factor and measure. */
export function curvesCsv({ manifest, compliance, neutral, perplexity, free }: ImpactReport): string {
  const { alphas } = manifest.plan;
  const rows = [
    ...[...compliance, ...neutral].flatMap(({ suite, items, sets }) =>
      sets.flatMap(({ name, kind, byAlpha }) =>
        byAlpha.flatMap((measured, a) =>
          Object.entries(measured).map(([measure, { value, low, high }]) => [
            suite,
            items,
            name,
            kind,
            alphas[a]!,
            measure,
            value,
            low,
            high,
          ]),
        ),
      ),
    ),
    ...perplexity.flatMap(({ suite, passages, sets }) =>
      sets.flatMap(({ name, kind, byAlpha }) =>
        byAlpha.map(({ value, low, high }, a) => [
          suite,
          passages,
          name,
          kind,
          alphas[a]!,
          'perplexity',
          value,
          low,
          high,
        ]),
      ),
    ),
    ...free.flatMap(({ suite, items, sets }) =>
      sets.flatMap(({ name, kind, byAlpha }) =>
        byAlpha.flatMap(({ along, tokens }, a) =>
          Object.entries({ 'free answers that go along': along, 'tokens of free answers': tokens }).map(
            ([measure, { value, low, high }]) => [
              suite,
              items,
              name,
              kind,
              alphas[a]!,
              measure,
              value,
              low,
              high,
            ],
          ),
        ),
      ),
    ),
  ];
  return toCsv(['suite', 'items', 'set', 'kind', 'factor', 'measure', 'value', 'low', 'high'], rows);
}
