import { differencePixels, rampPixels, type Theme } from './ramp.ts';

/** Colours of the charts, as the style sheet names them, and the tables of the two scales. */
export interface Palette {
  readonly theme: Theme;
  readonly paper: string;
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly edge: string;
  readonly accent: string;
  readonly ramp: Uint32Array;
  readonly difference: Uint32Array;
}

/** Reads the theme's colours from the document. */
export function readPalette(theme: Theme): Palette {
  const style = getComputedStyle(document.documentElement);
  const colour = (name: string) => style.getPropertyValue(name).trim();
  return {
    theme,
    paper: colour('--paper'),
    ink: colour('--ink'),
    muted: colour('--muted'),
    line: colour('--line'),
    edge: colour('--edge'),
    accent: colour('--accent'),
    ramp: rampPixels(theme),
    difference: differencePixels(theme),
  };
}
