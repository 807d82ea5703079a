import { useId } from 'react';

interface Props<T extends string> {
  readonly label: string;
  /** The label is the accessible name only. */
  readonly quiet?: boolean;
  readonly value: T;
  readonly options: readonly { readonly value: T; readonly label: string }[];
  readonly onChange: (value: T) => void;
}

/** One of several, from a list that opens. */
export function Pick<T extends string>({ label, quiet, value, options, onChange }: Props<T>) {
  const id = useId();
  return (
    <span className="pick">
      {!quiet && <label htmlFor={id}>{label} </label>}
      <select
        id={id}
        aria-label={quiet ? label : undefined}
        value={value}
        onChange={(event) => onChange(event.target.value as T)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </span>
  );
}
