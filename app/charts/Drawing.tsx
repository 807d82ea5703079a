import { type ReactNode, useEffect, useRef, useState } from 'react';
import type { Mark, Picture } from './marks.ts';

interface Props {
  /** Name for screen readers. */
  readonly label: string;
  readonly description: string;
  /** The picture for a width in user units; must keep its identity while the data does. */
  readonly draw: (width: number) => Picture;
  /** Width in user units that is not exceeded. */
  readonly widest?: number;
}

/** A chart that keeps to the width of its place; its type grows with the page's. */
export function Drawing({ label, description, draw, widest = Number.POSITIVE_INFINITY }: Props) {
  const frame = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState<{ readonly width: number; readonly scale: number }>();
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      const scale = Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / 16;
      const width = entry?.contentRect.width ?? 0;
      if (width > 0) setSize({ width: Math.floor(width / scale), scale });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const picture = size && draw(Math.min(size.width, widest));
  return (
    <div ref={frame} className="drawing">
      {picture && size && (
        <svg
          role="img"
          aria-label={label}
          aria-description={description}
          width={picture.width * size.scale}
          height={picture.height * size.scale}
          viewBox={`0 0 ${picture.width} ${picture.height}`}
        >
          {picture.marks.map(element)}
        </svg>
      )}
    </div>
  );
}

/** A picture is drawn as a whole, so a mark's place in it names it. */
function element(mark: Mark, key: number): ReactNode {
  switch (mark.kind) {
    case 'path':
      return (
        <path
          key={key}
          d={mark.d}
          className={`stroke-${mark.tone}`}
          strokeWidth={mark.width}
          strokeDasharray={mark.dash}
        />
      );
    case 'area':
      return <path key={key} d={mark.d} className={`fill-${mark.tone}`} />;
    case 'box':
      return (
        <rect
          key={key}
          x={mark.x}
          y={mark.y}
          width={mark.width}
          height={mark.height}
          className={`fill-${mark.tone}`}
        />
      );
    case 'dot':
      return (
        <circle
          key={key}
          cx={mark.x}
          cy={mark.y}
          r={mark.radius}
          className={mark.open ? `fill-paper stroke-${mark.tone}` : `fill-${mark.tone}`}
        />
      );
    case 'text':
      return (
        <text
          key={key}
          x={mark.x}
          y={mark.y}
          textAnchor={mark.anchor}
          className={mark.strong ? `fill-${mark.tone} strong` : `fill-${mark.tone}`}
        >
          {mark.text}
        </text>
      );
  }
}
