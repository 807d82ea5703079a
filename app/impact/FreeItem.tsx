import { useState } from 'react';
import { labelFinder } from '../../src/studies/impact/labels.ts';
import type { ImpactReport } from '../../src/studies/impact/report.ts';
import type { FreeRecord } from '../../src/studies/impact/score-item.ts';
import { comparedSets } from '../../src/studies/impact/sweep.ts';
import { Pick } from '../ui/Pick.tsx';
import { useImpact, useImpactState } from './context.ts';
import { labelWords, outcomeWords } from './free-words.ts';

interface Props {
  readonly manifest: ImpactReport['manifest'];
  readonly record: FreeRecord;
}

const choices = [
  { value: 'rule', label: 'as the rule says' },
  { value: 'along', label: labelWords.along },
  { value: 'against', label: labelWords.against },
  { value: 'neither', label: labelWords.neither },
] as const;

/** An item's free answers by factor, under a set or a control, to read and to label by hand. */
export function FreeItem({ manifest, record }: Props) {
  const impact = useImpact();
  const labelOf = labelFinder(useImpactState((state) => state.labels));
  const [shown, setShown] = useState('0');
  const { suite, id, answers } = record;
  const { alphas } = manifest.plan;
  const sets = comparedSets(manifest.plan);
  return (
    <div className="free-item">
      <div className="identify-row">
        <Pick
          label="Free answers under"
          value={shown}
          options={sets.map(({ name }, s) => ({ value: String(s), label: name }))}
          onChange={setShown}
        />
      </div>
      <ol className="free-answers" aria-label={`Free answers to ${id}`}>
        {answers[Number(shown)]!.map(({ text, verdict }, a) => {
          const place = { suite, id, text };
          const factor = alphas[a]!;
          return (
            <li key={factor} aria-label={`At ${factor}`}>
              <div className="identify-row">
                <strong>At {factor}</strong>
                <span className="muted">by rule: {outcomeWords[verdict]}</span>
                <Pick
                  quiet
                  label={`Label of the answer at ${factor}`}
                  value={labelOf(place) ?? 'rule'}
                  options={choices}
                  onChange={(next) => void impact.label(place, next === 'rule' ? undefined : next)}
                />
              </div>
              {text.trim() === '' ? <p className="muted">(nothing)</p> : <p dir="auto">{text}</p>}
            </li>
          );
        })}
      </ol>
      <p className="muted">A label holds wherever this item was answered with the same words.</p>
    </div>
  );
}
