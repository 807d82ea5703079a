import { EngineError } from '../../lib/errors.ts';
import { shownName } from '../../lib/shown.ts';
import type { GgufFile, GgufValue } from './types.ts';

/** Reads the hyperparameters of a file's architecture, `{architecture}.{key}`. All methods throw EngineError 'unsupported-model'. */
export interface Hyperparameters {
  /** A whole number of 1 or more; `fallback` where there is none, and an error where that is left out. */
  count(key: string, fallback?: number): number;
  /** A finite number that is at least `least`. */
  real(key: string, fallback: number | undefined, least: number): number;
}

const MOST = 2 ** 31 - 1;

/** A list in which all layers have one value is that value, which is how some converters write it. */
function oneValue(value: GgufValue | undefined): GgufValue | undefined {
  const isList = ArrayBuffer.isView(value) || Array.isArray(value);
  if (!isList) return value;
  const [first] = value;
  for (const other of value) if (other !== first) return value;
  return first;
}

function written(value: GgufValue): string {
  if (typeof value === 'object') return 'a list of different values';
  return typeof value === 'string' ? `the text "${shownName(value)}"` : String(value);
}

/** @param architecture what the keys begin with */
export function hyperparameters(file: GgufFile, architecture: string): Hyperparameters {
  function number(key: string, wanted: string, fits: (value: number) => boolean, fallback?: number): number {
    const name = `${architecture}.${key}`;
    const value = oneValue(file.metadata.get(name)) ?? fallback;
    if (typeof value === 'number' && fits(value)) return value;
    const found = value === undefined ? 'is missing' : `is ${written(value)}`;
    throw new EngineError(
      'unsupported-model',
      `${file.source.name}: the metadata entry ${name} ${found}; it must be ${wanted}, so choose another GGUF file of this model.`,
    );
  }
  return {
    count: (key, fallback) =>
      number(
        key,
        'a whole number of 1 or more',
        (value) => Number.isInteger(value) && value >= 1 && value <= MOST,
        fallback,
      ),
    real: (key, fallback, least) =>
      number(
        key,
        `a number of ${least} or more`,
        (value) => Number.isFinite(value) && value >= least,
        fallback,
      ),
  };
}
