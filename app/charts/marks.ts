/** Colours by what they mean; the style sheet has one for each, in light and dark. */
export type Tone = 'ink' | 'muted' | 'edge' | 'line' | 'accent' | 'accent-wash' | 'paper';

/** What a drawing is made of, in user units: CSS pixels at the default type size. */
export type Mark =
  | {
      readonly kind: 'path';
      /** SVG path data. */
      readonly d: string;
      readonly tone: Tone;
      readonly width?: number;
      readonly dash?: string;
    }
  | { readonly kind: 'area'; readonly d: string; readonly tone: Tone }
  | {
      readonly kind: 'box';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly tone: Tone;
    }
  | {
      readonly kind: 'dot';
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly tone: Tone;
      /** A ring in place of a disc. */
      readonly open?: boolean;
    }
  | {
      readonly kind: 'text';
      readonly x: number;
      /** Of the base line. */
      readonly y: number;
      readonly text: string;
      readonly tone: Tone;
      readonly anchor?: 'start' | 'middle' | 'end';
      readonly strong?: boolean;
    };

/** A chart as it is to be drawn, independent of how. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

/** Width that a text takes at the charts' type size, roughly and rather too much. */
export function textWidth(text: string): number {
  return text.length * 6.2;
}

/** A straight line. */
export function line(
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  look: { readonly tone: Tone; readonly width?: number; readonly dash?: string },
): Mark {
  return { kind: 'path', d: `M${round(x1)},${round(y1)}L${round(x2)},${round(y2)}`, ...look };
}

/** Path data through points; empty without points. */
export function through(points: readonly (readonly [number, number])[]): string {
  return points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${round(x)},${round(y)}`).join('');
}

/** To a hundredth: what is finer cannot be seen. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}
