import { useState } from 'react';
import type { LearnSettings } from '../../src/studies/identify/learn.ts';
import { Choice } from '../ui/Choice.tsx';
import { Amount, Text } from '../ui/Field.tsx';

interface Props {
  readonly settings: LearnSettings;
  readonly onChange: (settings: LearnSettings) => void;
}

const positions = [
  { value: 'read', label: 'Where it is read' },
  { value: 'produced', label: 'Where it is produced' },
] as const;
const aggregations = [
  { value: 'mean', label: 'Mean' },
  { value: 'max', label: 'Maximum' },
] as const;
const labelings = [
  { value: '1-vs-1', label: 'Right answers' },
  { value: '3-vs-1', label: 'Right answers and other tokens' },
] as const;
const splits = [
  { value: 'answer', label: 'Question and answer' },
  { value: 'relation', label: 'Relation' },
] as const;
const ways = [
  { value: 'auto', label: 'Chosen on folds' },
  { value: 'given', label: 'Given' },
] as const;

/**
 * How a set is learnt: what is measured, told apart, and held out. Of other tokens only means are kept, so 3-vs-1 and
 * the maximum do not go together: choosing one takes the other back.
 */
export function LearnFields({ settings, onChange }: Props) {
  const [givenC, setGivenC] = useState(1);
  const change = (part: Partial<LearnSettings>) => onChange({ ...settings, ...part });
  const { feature, labels, C, splitBy } = settings;
  return (
    <div className="amounts identify-amounts learn-fields">
      <Text label="Name of the set" rows={1} value={settings.name} onChange={(name) => change({ name })} />
      <Choice
        label="An answer’s token is measured"
        value={feature.position}
        options={positions}
        onChange={(position) => change({ feature: { ...feature, position } })}
      />
      <Choice
        label="Of its tokens the"
        value={feature.aggregation}
        options={aggregations}
        onChange={(aggregation) =>
          change({
            feature: { ...feature, aggregation },
            labels: aggregation === 'max' ? '1-vs-1' : labels,
          })
        }
      />
      <Choice
        label="Made-up answers are told from (1-vs-1, 3-vs-1)"
        value={labels}
        options={labelings}
        onChange={(next) =>
          change({
            labels: next,
            feature: next === '3-vs-1' ? { ...feature, aggregation: 'mean' } : feature,
          })
        }
      />
      <Choice
        label="Never on both sides of a split"
        value={splitBy}
        options={splits}
        onChange={(next) => change({ splitBy: next })}
      />
      <Choice
        label="C, how many neurons are let in"
        value={C === 'auto' ? 'auto' : 'given'}
        options={ways}
        onChange={(way) => change({ C: way === 'auto' ? 'auto' : givenC })}
      />
      {C !== 'auto' && (
        <Amount
          label="C"
          hint="Inverse of the penalty, as in liblinear and scikit-learn."
          value={C}
          min={0.0001}
          max={1_000_000}
          step={0.0001}
          onChange={(next) => {
            setGivenC(next);
            change({ C: next });
          }}
        />
      )}
      <Amount
        label="Random sets"
        hint="Neurons drawn by chance from the same layers, to compare with."
        value={settings.draws}
        min={20}
        max={1000}
        step={1}
        onChange={(draws) => change({ draws })}
      />
      <Amount
        label="Seed"
        hint="Of the split, the folds and all draws."
        value={settings.seed}
        min={0}
        max={2 ** 31 - 1}
        step={1}
        onChange={(seed) => change({ seed })}
      />
    </div>
  );
}
