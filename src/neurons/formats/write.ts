import { formatNeuronSet, type NeuronSet } from '../set-file.ts';
import { vectorOfSet } from './coefficients.ts';
import { writeCsv } from './csv.ts';
import { writeNpy } from './npy.ts';
import { writeNpz } from './npz.ts';

export const setFormats = ['json', 'csv', 'npy', 'npz'] as const;
export type SetFormat = (typeof setFormats)[number];

/** Media types of the formats' files. */
export const setMediaTypes: Readonly<Record<SetFormat, string>> = {
  json: 'application/json',
  csv: 'text/csv',
  npy: 'application/octet-stream',
  npz: 'application/zip',
};

/**
 * The bytes of a set's file. Only 'json' keeps everything; 'csv' keeps neurons, weights, intercept and the names; 'npz'
 * the coefficients and the intercept; 'npy' the coefficients alone. Where the set has no weights, its members have the
 * coefficient 1.
 * @throws EngineError 'bad-input' where the set is not valid
 */
export function writeNeuronSet(set: NeuronSet, format: SetFormat): Uint8Array {
  const json = formatNeuronSet(set);
  switch (format) {
    case 'json':
      return new TextEncoder().encode(json);
    case 'csv':
      return new TextEncoder().encode(writeCsv(set));
    case 'npy':
      return writeNpy(vectorOfSet(set));
    case 'npz':
      return writeNpz({ coefficients: vectorOfSet(set), intercept: set.intercept });
  }
}
