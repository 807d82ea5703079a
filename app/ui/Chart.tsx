import type { ReactNode } from 'react';
import { Drawing } from '../charts/Drawing.tsx';
import type { Picture } from '../charts/marks.ts';
import { Disclosure } from './Disclosure.tsx';
import { Table } from './Table.tsx';

interface Props {
  readonly title: string;
  /** How to read it, and what it says. */
  readonly children?: ReactNode;
  readonly draw: (width: number) => Picture;
  /** What is drawn, for screen readers. */
  readonly description: string;
  /** The same numbers; first cell of a row is its header. */
  readonly table: () => {
    readonly head: readonly string[];
    readonly rows: readonly (readonly string[])[];
  };
  readonly wide?: boolean;
}

/** A chart with its title above and its numbers, as a table, below. */
export function Chart({ title, children, draw, description, table, wide }: Props) {
  return (
    <figure className={wide ? 'chart chart-wide' : 'chart'}>
      <figcaption>
        <h3>{title}</h3>
        {children && <p className="muted">{children}</p>}
      </figcaption>
      <Drawing label={title} description={description} draw={draw} />
      <Disclosure title={`${title} as a table`}>{() => <Table caption={title} {...table()} />}</Disclosure>
    </figure>
  );
}
