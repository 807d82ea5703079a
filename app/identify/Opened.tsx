import { Button } from 'react-aria-components';
import { FileProgress } from '../ui/FileProgress.tsx';
import { OpenedTable } from './OpenedTable.tsx';
import { sizeOf } from './state/kept-tables.ts';
import type { Opening } from './useOpening.ts';

interface Props {
  readonly opening: Opening;
  /** Names the work for the progress bar, such as "Reading". */
  readonly label: string;
}

/** Shows the file or data set that is open, and the progress of reading it. */
export function Opened({ opening, label }: Props) {
  const { reading, source, table, isOpen, note } = opening;
  return (
    <>
      <FileProgress reading={reading} label={label} />
      <p className="message" role="alert">
        {reading.error}
      </p>
      {note !== undefined && <p className="muted">{note}</p>}
      {source && <KeptFile opening={opening} isOpen={isOpen} size={sizeOf(source.table)} />}
      {source && table && <OpenedTable key={source.id} opening={opening} table={table} />}
    </>
  );
}

const sizeText = (bytes: number) =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;

interface KeptFileProps {
  readonly opening: Opening;
  readonly isOpen: boolean;
  readonly size: ReturnType<typeof sizeOf>;
}

function KeptFile({ opening, isOpen, size: { name, bytes } }: KeptFileProps) {
  return (
    <p className="identify-row">
      <span>
        <bdi>{name}</bdi>{' '}
        <span className="muted">
          ({sizeText(bytes)}
          {opening.note === undefined && ', kept in this browser'})
        </span>
      </span>
      {!isOpen && opening.reading.progress === undefined && (
        <Button className="button-plain" onPress={opening.reopen}>
          Open it again
        </Button>
      )}
      <Button className="button-plain" aria-label={`Remove ${name}`} onPress={opening.remove}>
        Remove
      </Button>
    </p>
  );
}
