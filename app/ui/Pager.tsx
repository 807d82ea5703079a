import { Button } from 'react-aria-components';

/** The rows of a page; of the last one where there are not so many. */
export function pageOf<T>(rows: readonly T[], page: number, size: number): readonly T[] {
  const at = Math.min(page, Math.max(0, Math.ceil(rows.length / size) - 1));
  return rows.slice(at * size, (at + 1) * size);
}

interface Props {
  readonly page: number;
  /** Rows of a page. */
  readonly size: number;
  readonly count: number;
  readonly what: string;
  readonly onChange: (page: number) => void;
}

/** Turns the pages of a long table; nothing where one page holds all. */
export function Pager({ page, size, count, what, onChange }: Props) {
  const last = Math.max(0, Math.ceil(count / size) - 1);
  const at = Math.min(page, last);
  if (last === 0) return null;
  return (
    <nav className="identify-row pager" aria-label={`Pages of ${what}`}>
      <Button className="button-plain" isDisabled={at === 0} onPress={() => onChange(at - 1)}>
        Previous
      </Button>
      <span role="status">
        {(at * size + 1).toLocaleString('en')} to {Math.min(count, (at + 1) * size).toLocaleString('en')} of{' '}
        {count.toLocaleString('en')}
      </span>
      <Button className="button-plain" isDisabled={at === last} onPress={() => onChange(at + 1)}>
        Next
      </Button>
    </nav>
  );
}
