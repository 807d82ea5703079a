import { Label, Radio, RadioGroup } from 'react-aria-components';

interface Props<T extends string> {
  readonly label: string;
  /** Shows the options only, the label is the accessible name. */
  readonly quiet?: boolean;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string; readonly disabled?: boolean }[];
  readonly onChange: (value: T) => void;
}

/** One of a few, as a row of segments. */
export function Choice<T extends string>({ label, quiet, value, options, onChange }: Props<T>) {
  return (
    <RadioGroup
      className="choice"
      orientation="horizontal"
      value={value}
      onChange={(next) => onChange(next as T)}
      aria-label={quiet ? label : undefined}
    >
      {!quiet && <Label>{label}</Label>}
      <div className="choice-options">
        {options.map((option) => (
          <Radio
            key={option.value}
            value={option.value}
            isDisabled={option.disabled}
            className="choice-option"
          >
            {option.label}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
