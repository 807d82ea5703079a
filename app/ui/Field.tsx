import type { KeyboardEvent } from 'react';
import { Text as Hint, Input, Label, NumberField, TextArea, TextField } from 'react-aria-components';

interface TextProps {
  readonly label: string;
  readonly value: string;
  readonly rows: number;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
  /** Enter without Shift, outside of an input method's composition. */
  readonly onEnter?: () => void;
}

/** A text of several lines. */
export function Text({ label, value, rows, placeholder, onChange, onEnter }: TextProps) {
  function key(event: KeyboardEvent) {
    if (!onEnter || event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onEnter();
  }
  return (
    <TextField className="field" value={value} onChange={onChange}>
      <Label>{label}</Label>
      <TextArea rows={rows} placeholder={placeholder} onKeyDown={key} />
    </TextField>
  );
}

interface LineProps {
  readonly label: string;
  readonly hint?: string;
  readonly value: string;
  readonly placeholder?: string;
  readonly onChange: (value: string) => void;
}

/** A text of one line; Enter sends the form that it is in. */
export function Line({ label, hint, value, placeholder, onChange }: LineProps) {
  return (
    <TextField className="field" value={value} onChange={onChange}>
      <Label>{label}</Label>
      <Input placeholder={placeholder} spellCheck={false} autoComplete="off" />
      {hint && <Hint slot="description">{hint}</Hint>}
    </TextField>
  );
}

interface NumberProps {
  readonly label: string;
  readonly hint: string;
  readonly value: number;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}

/** A number with what it means. */
export function Amount({ label, hint, value, min, max, step, onChange }: NumberProps) {
  return (
    <NumberField
      className="amount"
      value={value}
      minValue={min}
      maxValue={max}
      step={step}
      formatOptions={{ useGrouping: false }}
      onChange={(next) => onChange(Number.isNaN(next) ? min : next)}
    >
      <Label>{label}</Label>
      <Input />
      <small>{hint}</small>
    </NumberField>
  );
}
