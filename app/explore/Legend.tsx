import { useMemo } from 'react';
import type { ColourScale } from '../charts/colour-scale.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { cssColour } from '../charts/ramp.ts';
import { usePalette } from '../state/hooks.ts';

/** What the colours stand for: from nothing to the end of the range. */
export function Legend({
  scale,
  className = '',
}: {
  readonly scale: ColourScale;
  readonly className?: string;
}) {
  const { ramp } = usePalette();
  const gradient = useMemo(() => {
    const stops = Array.from({ length: 33 }, (_, i) => cssColour(ramp[Math.round((255 * i) / 32)]!));
    return `linear-gradient(to right, ${stops.join(', ')})`;
  }, [ramp]);
  if (scale.max === 0) return null;
  return (
    <div className={`legend ${className}`} aria-hidden="true">
      <span>CETT 0</span>
      <span className="legend-bar" style={{ background: gradient }} />
      <span>{formatCett(scale.max)} and more</span>
    </div>
  );
}
