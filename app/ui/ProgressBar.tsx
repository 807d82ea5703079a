import type { ReactNode } from 'react';
import { ProgressBar as AriaProgressBar } from 'react-aria-components';

interface Props {
  readonly label: string;
  /** 0 to 1; undefined where it is not known. */
  readonly share: number | undefined;
  /** What is being done, above the bar at the left, and how far it is, at the right. */
  readonly children: ReactNode;
  readonly numbers?: ReactNode;
}

/** How far long work is. */
export function ProgressBar({ label, share, children, numbers }: Props) {
  return (
    <AriaProgressBar
      className="progress"
      aria-label={label}
      value={share === undefined ? undefined : 100 * share}
      isIndeterminate={share === undefined}
    >
      <p className="load-line">
        <span>{children}</span>
        <span className="load-numbers">{numbers}</span>
      </p>
      <div className="load-track">
        <div
          className={share === undefined ? 'load-fill load-fill-unknown' : 'load-fill'}
          style={{ width: `${share === undefined ? 20 : 100 * share}%` }}
        />
      </div>
    </AriaProgressBar>
  );
}
