import { useMemo } from 'react';
import type { ColourScale } from '../charts/colour-scale.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { cssColour } from '../charts/ramp.ts';
import { usePalette } from './state/hooks.ts';

interface Props {
  readonly scale: ColourScale;
  /** Words at the start and at the end of the range, else CETT. */
  readonly ends?: readonly [start: string, end: string];
  readonly className?: string;
}

function cettEnds({ max, signed }: ColourScale): NonNullable<Props['ends']> {
  const most = formatCett(max);
  return signed ? [`${most} less`, `${most} more`] : ['CETT 0', `${most} and more`];
}

/** What the colours stand for, from one end of the range to the other. */
export function Legend({ scale, ends, className = '' }: Props) {
  const { ramp, difference } = usePalette();
  const gradient = useMemo(() => {
    const table = scale.signed ? difference : ramp;
    const stops = Array.from({ length: 33 }, (_, i) =>
      cssColour(table[Math.round(((table.length - 1) * i) / 32)]!),
    );
    return `linear-gradient(to right, ${stops.join(', ')})`;
  }, [ramp, difference, scale.signed]);
  if (scale.max === 0) return null;
  const words = ends ?? cettEnds(scale);
  return (
    <div className={`legend ${className}`} aria-hidden="true">
      <span>{words[0]}</span>
      <span className="legend-bar" style={{ background: gradient }} />
      <span>{words[1]}</span>
    </div>
  );
}
