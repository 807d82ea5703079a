import type { Site } from './site.ts';

/** A figure that could not be measured here. */
export interface Absent {
  readonly key: string;
  readonly label: string;
  /** Why. */
  readonly absent: string;
}

/** A figure with a name of the results file. */
export interface Figure {
  readonly key: string;
  readonly value: number;
  /** What it is, for the table. */
  readonly label: string;
  readonly unit: 'ms' | 's' | 'MB' | 'KB' | 'fps' | 'tokens/s' | 'an hour' | 'times';
  readonly target?: { readonly atMost: number } | { readonly atLeast: number };
}

/** What a part needs. */
export interface Bench {
  readonly site: Site;
  readonly chromium: string;
  /** Paths of the model: on disk, and on the site. */
  readonly modelPath: string;
  readonly modelUrl: string;
  /** The folder of models for transformers.js: on disk, and on the site. */
  readonly rivalsPath: string;
  readonly rivalsUrl: string;
}
