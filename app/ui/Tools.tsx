import type { ReactNode } from 'react';
import { Toolbar } from 'react-aria-components';

interface Props {
  /** Name for screen readers. */
  readonly label: string;
  readonly orientation?: 'horizontal' | 'vertical';
  readonly className?: string;
  readonly children: ReactNode;
}

/** Buttons that belong together: one stop of the Tab key, and arrow keys between them. */
export function Tools({ label, orientation = 'horizontal', className = '', children }: Props) {
  return (
    <Toolbar aria-label={label} orientation={orientation} className={className}>
      {children}
    </Toolbar>
  );
}
