import { Disclosure } from '../ui/Disclosure.tsx';
import { Amount, Line } from '../ui/Field.tsx';
import { Tick } from '../ui/Tick.tsx';
import type { SweepFields } from './sweep-choice.ts';

const firstTight = 2;

interface Props {
  readonly fields: SweepFields;
  readonly onChange: (change: Partial<SweepFields>) => void;
}

/** How the sweep is done. */
export function SweepFieldsForm({ fields, onChange }: Props) {
  const { factors, controls, limit, seed, free, tight } = fields;
  return (
    <div className="amounts identify-amounts">
      <Line
        label="Factors"
        hint="0 switches the neurons off, 1 leaves them as they are, 3 makes them three times as strong."
        value={factors}
        onChange={(next) => onChange({ factors: next })}
      />
      <Amount
        label="Random sets"
        hint="As many neurons of the same layers, about as active: what turning any neurons does. Without them nothing can be said."
        value={controls}
        min={0}
        max={50}
        step={1}
        onChange={(next) => onChange({ controls: next })}
      />
      <Amount
        label="Items of a suite"
        hint="At most; more give narrower intervals and take longer."
        value={limit}
        min={1}
        max={100_000}
        step={1}
        onChange={(next) => onChange({ limit: next })}
      />
      <Amount
        label="Free answers, items of each suite"
        hint="Lets the model talk at every factor, too, after all else. That takes long: start with 2 or 3. 0 for none."
        value={free}
        min={0}
        max={1000}
        step={1}
        onChange={(next) => onChange({ free: next })}
      />
      <Tick
        isSelected={tight !== undefined}
        onChange={(on) => onChange({ tight: on ? firstTight : undefined })}
      >
        Stop asking a suite when its interval is tight enough
      </Tick>
      {tight !== undefined && (
        <Amount
          label="Tight enough: plus or minus"
          hint="Percentage points per unit of the factor, of the difference from the random sets; at least 30 items are asked."
          value={tight}
          min={0.1}
          max={50}
          step={0.1}
          onChange={(next) => onChange({ tight: next })}
        />
      )}
      <Disclosure title="Advanced: seed">
        {() => (
          <Amount
            label="Seed"
            hint="Of the random sets and of the intervals: the same seed gives the same again."
            value={seed}
            min={0}
            max={2 ** 31 - 1}
            step={1}
            onChange={(next) => onChange({ seed: next })}
          />
        )}
      </Disclosure>
    </div>
  );
}
