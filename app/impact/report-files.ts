import type { Estimate } from '../../src/lib/stats/estimate.ts';
import type { FreeLabel } from '../../src/studies/impact/labels.ts';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import type { ImpactRecord } from '../../src/studies/impact/score-item.ts';
import { toCsv } from '../ui/csv.ts';
import { tableOf } from '../ui/table-columns.ts';

/** A record a line, as the terminal's folder has them, and a person's labels of free answers behind them. */
export function recordsJsonl(records: readonly ImpactRecord[], labels: readonly FreeLabel[]): string {
  return [...records, ...labels].map((record) => `${JSON.stringify(record)}\n`).join('');
}

interface Curves {
  readonly suite: string;
  readonly items: number;
  readonly sets: readonly {
    readonly name: string;
    readonly kind: string;
    readonly byAlpha: readonly Readonly<Record<string, Estimate>>[];
  }[];
}

/** Curves by what they are of, each with the measures that it has. */
function allCurves({ compliance, neutral, perplexity, free }: ImpactReport): Curves[] {
  const margins = [...compliance, ...neutral].map(({ suite, items, sets }) => ({
    suite,
    items,
    sets: sets.map(({ name, kind, byAlpha }) => ({
      name,
      kind,
      byAlpha: byAlpha.map(({ rate, margin, rawMargin }) => ({ rate, margin, rawMargin })),
    })),
  }));
  const prose = perplexity.map(({ suite, passages, sets }) => ({
    suite,
    items: passages,
    sets: sets.map((set) => ({ ...set, byAlpha: set.byAlpha.map((value) => ({ perplexity: value })) })),
  }));
  const answers = free.map(({ suite, items, sets }) => ({
    suite,
    items,
    sets: sets.map(({ name, kind, byAlpha }) => ({
      name,
      kind,
      byAlpha: byAlpha.map(({ along, tokens }) => ({
        'free answers that go along': along,
        'tokens of free answers': tokens,
      })),
    })),
  }));
  return [...margins, ...prose, ...answers];
}

/** All curves of a report, a row a suite, set, factor and measure. */
export function curvesCsv(report: ImpactReport): string {
  const { alphas } = report.manifest.plan;
  const values = allCurves(report).flatMap(({ suite, items, sets }) =>
    sets.flatMap(({ name, kind, byAlpha }) =>
      byAlpha.flatMap((measured, a) =>
        Object.entries(measured).map(([measure, estimate]) => ({
          ...estimate,
          suite,
          items,
          set: name,
          kind,
          factor: alphas[a]!,
          measure,
        })),
      ),
    ),
  );
  type Value = (typeof values)[number];
  const { head, rows } = tableOf<Value, string | number>(
    [
      { head: 'suite', cell: ({ suite }) => suite },
      { head: 'items', cell: ({ items }) => items },
      { head: 'set', cell: ({ set }) => set },
      { head: 'kind', cell: ({ kind }) => kind },
      { head: 'factor', cell: ({ factor }) => factor },
      { head: 'measure', cell: ({ measure }) => measure },
      { head: 'value', cell: ({ value }) => value },
      { head: 'low', cell: ({ low }) => low },
      { head: 'high', cell: ({ high }) => high },
    ],
    values,
  );
  return toCsv(head, rows);
}
