import { type ComplianceItem, isCompliance, type Suite } from '../../src/datasets/suites/suite.ts';
import type { ImpactManifest } from '../../src/studies/impact/run.ts';
import type { FreeRecord, ImpactRecord } from '../../src/studies/impact/score-item.ts';

/** An item with what turning did to it. */
export interface ItemRow {
  readonly item: ComplianceItem;
  /** [set][alpha] of going along over not, nats a token. */
  readonly margins: readonly (readonly number[])[];
  /** Margin of the first set at the last factor less that at the first. */
  readonly effect: number;
  /** The same, mean over the controls; undefined without any. */
  readonly controlEffect: number | undefined;
  /** Factors at which the first set turns the untouched model's choice round. */
  readonly flips: readonly number[];
  /** Undefined where it was not answered freely. */
  readonly free: FreeRecord | undefined;
}

/** The items of a suite that were asked, those that flip first, the greatest effects first. */
export function itemRows(
  { plan }: ImpactManifest,
  suite: Suite,
  records: readonly ImpactRecord[],
): readonly ItemRow[] {
  if (!isCompliance(suite)) return [];
  const items = new Map(suite.items.map((item) => [item.id, item]));
  const { alphas, sets } = plan;
  const untouched = alphas.indexOf(1);
  const controls = sets.flatMap(({ kind }, s) => (kind === 'control' ? [s] : []));
  const free = new Map(
    records.flatMap((record) =>
      record.type === 'free' && record.suite === suite.name ? [[record.id, record]] : [],
    ),
  );
  const rows = records.flatMap((record): ItemRow[] => {
    const item = items.get(record.id);
    if (record.type !== 'margin' || record.suite !== suite.name || !item) return [];
    const margins = record.normalised;
    const change = (s: number) => margins[s]!.at(-1)! - margins[s]![0]!;
    const [own] = margins;
    const goesAlong = own![untouched]! > 0;
    return [
      {
        item,
        margins,
        effect: change(0),
        controlEffect:
          controls.length === 0
            ? undefined
            : controls.reduce((sum, s) => sum + change(s), 0) / controls.length,
        flips: alphas.filter((_, a) => own![a]! > 0 !== goesAlong),
        free: free.get(record.id),
      },
    ];
  });
  return rows.sort(
    (a, b) =>
      Number(b.flips.length > 0) - Number(a.flips.length > 0) || Math.abs(b.effect) - Math.abs(a.effect),
  );
}
