import { shownName } from '../../lib/shown.ts';
import { neuronsOfVector } from './coefficients.ts';
import { columnValue, plainName } from './columns.ts';
import { type FoundNeuron, type FoundSet, refuse, type SetSource } from './found.ts';
import { readJsonNeurons } from './json-entries.ts';
import { isByLayer, isObject, type JsonObject, locateNeurons } from './json-locate.ts';

function numberAt(holder: JsonObject, keys: readonly string[]): number | undefined {
  const key = Object.keys(holder).find((name) => keys.includes(plainName(name)));
  const value = key === undefined ? undefined : holder[key];
  return typeof value === 'number' ? value : undefined;
}

/** Number of entries of a list, or of lists by layer together. */
function sizeOf(list: readonly unknown[] | JsonObject): number {
  if (Array.isArray(list)) return list.length;
  return Object.values(list).reduce((sum: number, inLayer) => sum + Object.keys(inLayer as object).length, 0);
}

/** Refuses a file whose own account of its model's shape is not this model's. */
function checkShape(
  holders: readonly JsonObject[],
  members: number,
  named: string,
  { fileName, layout }: SetSource,
): void {
  const { widths, total } = layout;
  const uniform = widths.every((width) => width === widths[0]);
  const maker = shownName(named);
  const shape = `${widths.length} layers of ${uniform ? widths[0] : 'different numbers of'} neurons`;
  for (const holder of holders) {
    const layers = numberAt(holder, ['nlayers', 'numlayers', 'numhiddenlayers']);
    const width = numberAt(holder, ['intermediatesize', 'intermediatedim', 'neuronsperlayer']);
    const all = numberAt(holder, ['totalneurons', 'totalffnneurons']);
    if (layers !== undefined && layers !== widths.length)
      refuse(fileName, `was made for ${maker} with ${layers} layers, but this model has ${shape}.`);
    if (width !== undefined && widths.some((each) => each !== width))
      refuse(fileName, `was made for ${maker} with ${width} neurons a layer, but this model has ${shape}.`);
    // Some files call the number of their members so.
    if (all !== undefined && all !== total && all > members)
      refuse(fileName, `was made for ${maker} with ${all} neurons, but this model has ${total}.`);
  }
}

function interceptIn(holder: JsonObject): number | undefined {
  const value = columnValue(holder, 'intercept');
  const one = Array.isArray(value) && value.length === 1 ? value[0] : value;
  return typeof one === 'number' && Number.isFinite(one) ? one : undefined;
}

function readVector(rows: readonly unknown[], source: SetSource): FoundNeuron[] {
  const row: readonly unknown[] = rows.length === 1 && Array.isArray(rows[0]) ? rows[0] : rows;
  const bad = row.findIndex((each) => typeof each !== 'number');
  if (bad >= 0)
    refuse(
      source.fileName,
      `has ${shownName(JSON.stringify(row[bad]), 40)} among its coefficients, at index ${bad}.`,
    );
  const values = Float64Array.from(row as readonly number[]);
  return neuronsOfVector({ shape: [values.length], values }, source);
}

/**
 * The set in a JSON document as replications of the paper publish it: a list of [layer, neuron] (and weight), of objects
 * with layer, neuron (or index, position, neuron_idx) and weight (or coefficient), of flat indices or of names like
 * "L20:N4288"; lists by layer; or the list of all coefficients; each at the top or under a key like "h_neurons",
 * "neurons", "by_layer" or "coef", up to three objects deep.
 * @throws EngineError 'bad-input'
 */
export function readForeignJson(data: unknown, source: SetSource): FoundSet {
  const place = locateNeurons(data);
  if (!place)
    return refuse(
      'This file',
      `is not a neuron set: ${shownName(source.fileName)} has no list of neurons under a usual name, such as "neurons", "h_neurons" or "by_layer".`,
    );
  const { value, holder, isVector } = place;
  const top = isObject(data) && !isByLayer(data) ? data : {};
  const holders = [top, holder];
  const text = (column: 'model' | 'set') =>
    holders.map((each) => columnValue(each, column)).find((each) => typeof each === 'string');
  const model = text('model');
  checkShape(holders, sizeOf(value), model ?? 'another model', source);
  const { neurons, repeats } =
    isVector && Array.isArray(value)
      ? { neurons: readVector(value, source), repeats: false }
      : readJsonNeurons(value, source);
  return {
    neurons,
    intercept: interceptIn(holder) ?? interceptIn(top),
    name: text('set'),
    model,
    repeats,
    notes: repeats
      ? ['The weights in the file are of features other than those of an answer and were left out.']
      : [],
  };
}
