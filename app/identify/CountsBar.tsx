import { type Status, statuses, statusNotes, statusWords } from './answer-rows.ts';

/** How many questions came out how: one bar in parts, and the numbers with their words. */
export function CountsBar({ counts }: { readonly counts: Readonly<Record<Status, number>> }) {
  return (
    <div className="counts">
      <div className="counts-bar" aria-hidden="true">
        {statuses.map((status) => (
          <span key={status} data-status={status} style={{ flexGrow: counts[status] }} />
        ))}
      </div>
      <ul className="counts-words" aria-label="Answers so far">
        {statuses.map((status) => (
          <li key={status} title={statusNotes[status]}>
            <span className="counts-mark" data-status={status} aria-hidden="true" />
            <b>{counts[status].toLocaleString('en')}</b> {statusWords[status]}
          </li>
        ))}
      </ul>
    </div>
  );
}
