import { plainName } from './columns.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Keys, in lower-case letters only, under which neurons are published; "medical_h_neurons" and the like count, too. */
const listKeys = [
  'hneurons',
  'neurons',
  'bylayer',
  'neuronsbylayer',
  'hneuronsbylayer',
  'hneuronsperlayer',
  'neuronmap',
  'hneuronmap',
  'hneuronindices',
  'neuronindices',
  'indices',
];
const vectorKeys = ['coef', 'coefs', 'coefficients', 'weights'];
/** How many objects deep the neurons may be. */
const deepest = 3;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isListKey(key: string): boolean {
  const plain = plainName(key);
  return listKeys.includes(plain) || plain.endsWith('hneurons');
}

/** An object whose every key has one number, like "5", "layer_5" or "model.layers.5.mlp", and whose values hold more. */
export function isByLayer(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length > 0 &&
    entries.every(([key, inner]) => /^\D*\d+\D*$/.test(key) && typeof inner === 'object' && inner !== null)
  );
}

export interface NeuronPlace {
  readonly value: readonly unknown[] | JsonObject;
  /** The object that it is in. */
  readonly holder: JsonObject;
  /** Whether the value is the list of all coefficients. */
  readonly isVector: boolean;
}

function placeIn(holder: JsonObject): NeuronPlace | undefined {
  const entries = Object.entries(holder);
  for (const [key, value] of entries) {
    if (isListKey(key) && (Array.isArray(value) || isByLayer(value)))
      return { value, holder, isVector: false };
  }
  for (const [key, value] of entries) {
    if (vectorKeys.includes(plainName(key)) && Array.isArray(value)) return { value, holder, isVector: true };
  }
  return undefined;
}

/** The neurons in a document: at the top, or under a known key, the least deep first; undefined where there are none. */
export function locateNeurons(data: unknown): NeuronPlace | undefined {
  if (Array.isArray(data) || isByLayer(data)) return { value: data, holder: {}, isVector: false };
  let level = isObject(data) ? [data] : [];
  for (let depth = 0; depth < deepest; depth++) {
    for (const holder of level) {
      const place = placeIn(holder);
      if (place) return place;
    }
    level = level.flatMap((holder) => Object.values(holder).filter(isObject));
  }
  return undefined;
}
