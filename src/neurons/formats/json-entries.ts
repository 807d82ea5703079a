import { shownName } from '../../lib/shown.ts';
import { flatIndex, formatNeuron, neuronAt } from '../layout.ts';
import type { NeuronRef } from '../types.ts';
import { columnValue } from './columns.ts';
import { type FoundNeuron, refuse, type SetSource } from './found.ts';
import { isObject, type JsonObject } from './json-locate.ts';

export interface JsonNeurons {
  readonly neurons: readonly FoundNeuron[];
  /** Whether the entries are features other than those of an answer; a neuron may have several. */
  readonly repeats: boolean;
}

/** Features of a neuron that a file may list. */
const FEATURES = 8;

interface Entry {
  readonly value: unknown;
  /** The layer that the entry is listed under. */
  readonly layer: number | undefined;
  readonly where: string;
}

/** The entries one by one: a file may hold millions that are no neurons. */
function* entriesOf(list: readonly unknown[] | JsonObject): Generator<Entry> {
  if (Array.isArray(list)) {
    for (const [i, value] of list.entries()) yield { value, layer: undefined, where: `entry ${i + 1}` };
    return;
  }
  for (const [key, inLayer] of Object.entries(list)) {
    const layer = Number(/\d+/.exec(key)?.[0]);
    const values: readonly unknown[] = Array.isArray(inLayer)
      ? inLayer
      : Object.entries(inLayer as JsonObject);
    for (const [i, value] of values.entries())
      yield { value, layer, where: `entry ${i + 1} of layer ${layer}` };
  }
}

function notANeuron({ value, where }: Entry, { fileName }: SetSource): never {
  const shown = shownName(JSON.stringify(value) ?? String(value));
  return refuse(
    fileName,
    `is not valid in ${where}: ${shown} is not a neuron, which is [layer, neuron] or {"layer": 3, "neuron": 5}, both counted from 0.`,
  );
}

function whole(value: unknown, entry: Entry, source: SetSource): number {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  if (typeof number === 'number' && Number.isInteger(number) && number >= 0) return number;
  return notANeuron(entry, source);
}

function found(ref: NeuronRef, weight: unknown, entry: Entry, source: SetSource): FoundNeuron {
  if (weight === undefined || weight === null) return { ...ref, where: entry.where };
  if (typeof weight !== 'number') return notANeuron(entry, source);
  return { ...ref, weight, where: entry.where };
}

function atFlat(value: unknown, entry: Entry, source: SetSource): NeuronRef {
  const index = whole(value, entry, source);
  if (index >= source.layout.total)
    refuse(
      source.fileName,
      `has the flat index ${index} in ${entry.where}, but this model has ${source.layout.total} neurons.`,
    );
  return neuronAt(source.layout, index);
}

/** A flat index that does not fit layer and neuron is the trace of a model with other widths. */
function checkFlat(ref: NeuronRef, flat: unknown, { where }: Entry, { layout, fileName }: SetSource): void {
  const inModel = ref.layer < layout.widths.length && ref.neuron < layout.widths[ref.layer];
  if (typeof flat !== 'number' || !inModel || flatIndex(layout, ref) === flat) return;
  refuse(
    fileName,
    `was made for a model of another shape: in ${where}, neuron ${formatNeuron(ref)} has the flat index ${flat}, but in this model ${flatIndex(layout, ref)}.`,
  );
}

function readObject(value: JsonObject, entry: Entry, source: SetSource): FoundNeuron {
  const layer = entry.layer ?? columnValue(value, 'layer');
  const flat = columnValue(value, 'flat');
  const ref =
    layer === undefined && flat !== undefined
      ? atFlat(flat, entry, source)
      : {
          layer: whole(layer, entry, source),
          neuron: whole(columnValue(value, 'neuron'), entry, source),
        };
  checkFlat(ref, flat, entry, source);
  return found(ref, columnValue(value, 'weight'), entry, source);
}

function readList(parts: readonly unknown[], entry: Entry, source: SetSource): FoundNeuron {
  const [layer, neuron, weight, ...rest] = parts;
  if (rest.length > 0) notANeuron(entry, source);
  return found(
    { layer: whole(layer, entry, source), neuron: whole(neuron, entry, source) },
    weight,
    entry,
    source,
  );
}

function readEntry(entry: Entry, source: SetSource): FoundNeuron {
  const { value, layer } = entry;
  if (isObject(value)) return readObject(value, entry, source);
  if (Array.isArray(value)) return readList(layer === undefined ? value : [layer, ...value], entry, source);
  if (layer !== undefined) return readList([layer, value], entry, source);
  if (typeof value === 'number') return found(atFlat(value, entry, source), undefined, entry, source);
  const named = typeof value === 'string' ? /^\D*(\d+)\D+(\d+)\D*$/.exec(value) : null;
  return named ? readList([named[1], named[2]], entry, source) : notANeuron(entry, source);
}

/**
 * Reads neurons from a list, or from lists by layer, in any of the forms that replications use.
 * @throws EngineError 'bad-input' with the entry
 */
export function readJsonNeurons(list: readonly unknown[] | JsonObject, source: SetSource): JsonNeurons {
  const { fileName, layout } = source;
  const neurons: FoundNeuron[] = [];
  let repeats = false;
  for (const entry of entriesOf(list)) {
    const { value } = entry;
    const feature = isObject(value) ? columnValue(value, 'feature') : undefined;
    repeats ||= typeof feature === 'string' && feature !== 'answer';
    neurons.push(readEntry(entry, source));
    if (neurons.length > FEATURES * layout.total)
      refuse(
        fileName,
        `lists far more neurons than this model has, which are ${layout.total}; give an entry for each neuron.`,
      );
  }
  return { neurons, repeats };
}
