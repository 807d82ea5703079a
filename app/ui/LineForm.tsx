import { Button } from 'react-aria-components';
import { Line } from './Field.tsx';

interface Props {
  readonly label: string;
  readonly value: string;
  readonly placeholder: string;
  /** What the button does. */
  readonly action: string;
  readonly onChange: (value: string) => void;
  /** By the button or Enter; never with an empty line. */
  readonly onSend: () => void;
}

/** A line of text and the button that does something with it. */
export function LineForm({ label, value, placeholder, action, onChange, onSend }: Props) {
  const isEmpty = value.trim() === '';
  return (
    <form
      className="line-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isEmpty) onSend();
      }}
    >
      <Line label={label} value={value} placeholder={placeholder} onChange={onChange} />
      <Button type="submit" className="button" isDisabled={isEmpty}>
        {action}
      </Button>
    </form>
  );
}
