/** What a column of a table, or a key of an entry, says of a neuron or of the set. */
export type Column = 'layer' | 'neuron' | 'flat' | 'weight' | 'intercept' | 'set' | 'model' | 'feature';

/** Names in lower case without other signs than letters; of two that are there, the one named first counts. */
const names: Readonly<Record<Column, readonly string[]>> = {
  layer: ['layer', 'layeridx', 'layerindex', 'layerid', 'layernumber', 'l'],
  neuron: ['neuron', 'neuronidx', 'neuronindex', 'neuronid', 'position', 'unit', 'index', 'idx', 'j'],
  flat: ['globalidx', 'globalindex', 'flatidx', 'flatindex', 'featureidx', 'featureindex'],
  weight: ['weight', 'weights', 'coefficient', 'coef', 'importance', 'score', 'value', 'w'],
  intercept: ['intercept', 'bias'],
  set: ['set', 'setname', 'name'],
  model: ['model', 'modelname', 'modelid', 'modelpath'],
  feature: ['featuretype'],
};

/** A name as names are compared: "layer_idx" and "Layer Idx" are one. */
export function plainName(name: string): string {
  return name.toLowerCase().replace(/[^a-z]/g, '');
}

/** Where a column is among names as they are written in a file; undefined where it is not. */
export function findColumn(written: readonly string[], column: Column): number | undefined {
  const plain = written.map(plainName);
  const found = names[column].map((name) => plain.indexOf(name)).find((i) => i >= 0);
  return found;
}

/** The value of an object's key that means this column. */
export function columnValue(entry: Readonly<Record<string, unknown>>, column: Column): unknown {
  const keys = Object.keys(entry);
  const at = findColumn(keys, column);
  return at === undefined ? undefined : entry[keys[at]];
}
