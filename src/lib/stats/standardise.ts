import { type DenseFeatures, type Features, openColumns } from './features.ts';

/** Mean and standard deviation of each column over some rows, [columns]. */
export interface ColumnMoments {
  readonly mean: Float64Array;
  /** Divided by the number of rows, as scikit-learn's StandardScaler. */
  readonly deviation: Float64Array;
}

/** The moments over the given rows; those of the training rows are to be used on all. */
export function columnMoments(features: Features, rows: Int32Array): ColumnMoments {
  const columns = openColumns(features);
  const mean = new Float64Array(columns.columns);
  const deviation = new Float64Array(columns.columns);
  const scratch = new Float32Array(columns.rows);
  for (let column = 0; column < columns.columns; column++) {
    const values = columns.read(column, scratch);
    let sum = 0;
    for (const row of rows) sum += values[row];
    const centre = sum / rows.length;
    let squares = 0;
    for (const row of rows) squares += (values[row] - centre) ** 2;
    mean[column] = centre;
    deviation[column] = Math.sqrt(squares / rows.length);
  }
  return { mean, deviation };
}

/** A dense copy with (value - mean) / deviation; a constant column is only centred. */
export function standardise(features: Features, { mean, deviation }: ColumnMoments): DenseFeatures {
  const columns = openColumns(features);
  const { rows } = columns;
  const values = new Float32Array(rows * columns.columns);
  const scratch = new Float32Array(rows);
  for (let column = 0; column < columns.columns; column++) {
    const from = columns.read(column, scratch);
    const scale = deviation[column] > 0 ? 1 / deviation[column] : 1;
    for (let row = 0; row < rows; row++) values[column * rows + row] = (from[row] - mean[column]) * scale;
  }
  return { kind: 'dense', rows, columns: columns.columns, values };
}
