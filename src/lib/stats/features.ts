import { EngineError } from '../errors.ts';

/** A feature matrix with every value stored, column by column: values[column * rows + row]. */
export interface DenseFeatures {
  readonly kind: 'dense';
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
}

/**
 * A feature matrix with its non-zero values stored, column by column (compressed sparse columns): the values of column j
 * are values[starts[j] .. starts[j + 1]), in the rows rowIndices[starts[j] .. starts[j + 1]), each row once.
 */
export interface SparseFeatures {
  readonly kind: 'sparse';
  readonly rows: number;
  readonly columns: number;
  readonly values: Float32Array;
  readonly rowIndices: Int32Array;
  readonly starts: Int32Array;
}

export type Features = DenseFeatures | SparseFeatures;

/** The operations that the solvers need, the same for both kinds. Sums are of double precision. */
export interface Columns {
  readonly rows: number;
  readonly columns: number;
  /** Number of stored values in the columns [from, to). */
  stored(from: number, to: number): number;
  /** sum over rows of x[row, column] * vector[row]. */
  dot(column: number, vector: Float64Array): number;
  /** sum over rows of x[row, column] * a[row] * b[row]. */
  dot3(column: number, a: Float64Array, b: Float64Array): number;
  /** sum over rows of x[row, column]^2 * vector[row]. */
  dotSquare(column: number, vector: Float64Array): number;
  /** out[row] += scale * x[row, column]. */
  addTo(column: number, scale: number, out: Float64Array): void;
  /** out[column] = dot(column, vector) for the columns [from, to). */
  correlate(vector: Float64Array, out: Float64Array, from: number, to: number): void;
  /** out[row] += sum of weights[column] * x[row, column] over the columns [from, to) whose weight is not 0. */
  combine(weights: Float64Array, out: Float64Array, from: number, to: number): void;
  /** All rows of one column, zeros included: a view of the matrix, or `scratch` [rows], filled. */
  read(column: number, scratch: Float32Array): Float32Array;
  /** A copy of some rows (ascending) of some columns, with a last column of ones. */
  selectWithOnes(columns: readonly number[], rows: Int32Array): Columns;
}

class DenseColumns implements Columns {
  readonly rows: number;
  readonly columns: number;
  readonly #values: Float32Array;

  constructor(rows: number, columns: number, values: Float32Array) {
    this.rows = rows;
    this.columns = columns;
    this.#values = values;
  }

  stored(from: number, to: number): number {
    return (to - from) * this.rows;
  }

  dot(column: number, vector: Float64Array): number {
    const values = this.#values;
    const rows = this.rows;
    let at = column * rows;
    let even = 0;
    let odd = 0;
    let i = 0;
    for (; i + 1 < rows; i += 2, at += 2) {
      even += values[at] * vector[i];
      odd += values[at + 1] * vector[i + 1];
    }
    return i < rows ? even + odd + values[at] * vector[i] : even + odd;
  }

  dot3(column: number, a: Float64Array, b: Float64Array): number {
    const values = this.#values;
    const rows = this.rows;
    let at = column * rows;
    let even = 0;
    let odd = 0;
    let i = 0;
    for (; i + 1 < rows; i += 2, at += 2) {
      even += values[at] * a[i] * b[i];
      odd += values[at + 1] * a[i + 1] * b[i + 1];
    }
    return i < rows ? even + odd + values[at] * a[i] * b[i] : even + odd;
  }

  dotSquare(column: number, vector: Float64Array): number {
    const values = this.#values;
    const rows = this.rows;
    const start = column * rows;
    let sum = 0;
    for (let i = 0; i < rows; i++) {
      const value = values[start + i];
      sum += value * value * vector[i];
    }
    return sum;
  }

  addTo(column: number, scale: number, out: Float64Array): void {
    const values = this.#values;
    const rows = this.rows;
    const start = column * rows;
    for (let i = 0; i < rows; i++) out[i] += scale * values[start + i];
  }

  correlate(vector: Float64Array, out: Float64Array, from: number, to: number): void {
    const values = this.#values;
    const rows = this.rows;
    let column = from;
    for (; column + 3 < to; column += 4) {
      const a = column * rows;
      const b = a + rows;
      const c = b + rows;
      const d = c + rows;
      let sumA = 0;
      let sumB = 0;
      let sumC = 0;
      let sumD = 0;
      for (let i = 0; i < rows; i++) {
        const v = vector[i];
        sumA += values[a + i] * v;
        sumB += values[b + i] * v;
        sumC += values[c + i] * v;
        sumD += values[d + i] * v;
      }
      out[column] = sumA;
      out[column + 1] = sumB;
      out[column + 2] = sumC;
      out[column + 3] = sumD;
    }
    for (; column < to; column++) out[column] = this.dot(column, vector);
  }

  combine(weights: Float64Array, out: Float64Array, from: number, to: number): void {
    const values = this.#values;
    const rows = this.rows;
    const used = [];
    for (let column = from; column < to; column++) if (weights[column] !== 0) used.push(column);
    let k = 0;
    for (; k + 3 < used.length; k += 4) {
      const a = used[k] * rows;
      const b = used[k + 1] * rows;
      const c = used[k + 2] * rows;
      const d = used[k + 3] * rows;
      const wa = weights[used[k]];
      const wb = weights[used[k + 1]];
      const wc = weights[used[k + 2]];
      const wd = weights[used[k + 3]];
      for (let i = 0; i < rows; i++) {
        out[i] += wa * values[a + i] + wb * values[b + i] + wc * values[c + i] + wd * values[d + i];
      }
    }
    for (; k < used.length; k++) this.addTo(used[k], weights[used[k]], out);
  }

  read(column: number): Float32Array {
    return this.#values.subarray(column * this.rows, (column + 1) * this.rows);
  }

  selectWithOnes(columns: readonly number[], rows: Int32Array): Columns {
    const count = rows.length;
    const values = new Float32Array((columns.length + 1) * count);
    let at = 0;
    for (const column of columns) {
      const start = column * this.rows;
      for (let i = 0; i < count; i++) values[at++] = this.#values[start + rows[i]];
    }
    values.fill(1, at);
    return new DenseColumns(count, columns.length + 1, values);
  }
}

class SparseColumns implements Columns {
  readonly rows: number;
  readonly columns: number;
  readonly #values: Float32Array;
  readonly #rowIndices: Int32Array;
  readonly #starts: Int32Array;

  constructor(
    rows: number,
    columns: number,
    values: Float32Array,
    rowIndices: Int32Array,
    starts: Int32Array,
  ) {
    this.rows = rows;
    this.columns = columns;
    this.#values = values;
    this.#rowIndices = rowIndices;
    this.#starts = starts;
  }

  stored(from: number, to: number): number {
    return this.#starts[to] - this.#starts[from];
  }

  dot(column: number, vector: Float64Array): number {
    let sum = 0;
    for (let k = this.#starts[column]; k < this.#starts[column + 1]; k++)
      sum += this.#values[k] * vector[this.#rowIndices[k]];
    return sum;
  }

  dot3(column: number, a: Float64Array, b: Float64Array): number {
    let sum = 0;
    for (let k = this.#starts[column]; k < this.#starts[column + 1]; k++) {
      const row = this.#rowIndices[k];
      sum += this.#values[k] * a[row] * b[row];
    }
    return sum;
  }

  dotSquare(column: number, vector: Float64Array): number {
    let sum = 0;
    for (let k = this.#starts[column]; k < this.#starts[column + 1]; k++) {
      const value = this.#values[k];
      sum += value * value * vector[this.#rowIndices[k]];
    }
    return sum;
  }

  addTo(column: number, scale: number, out: Float64Array): void {
    for (let k = this.#starts[column]; k < this.#starts[column + 1]; k++)
      out[this.#rowIndices[k]] += scale * this.#values[k];
  }

  correlate(vector: Float64Array, out: Float64Array, from: number, to: number): void {
    for (let column = from; column < to; column++) out[column] = this.dot(column, vector);
  }

  combine(weights: Float64Array, out: Float64Array, from: number, to: number): void {
    for (let column = from; column < to; column++)
      if (weights[column] !== 0) this.addTo(column, weights[column], out);
  }

  read(column: number, scratch: Float32Array): Float32Array {
    scratch.fill(0);
    for (let k = this.#starts[column]; k < this.#starts[column + 1]; k++)
      scratch[this.#rowIndices[k]] = this.#values[k];
    return scratch;
  }

  selectWithOnes(columns: readonly number[], rows: Int32Array): Columns {
    const newRow = new Int32Array(this.rows).fill(-1);
    rows.forEach((row, index) => {
      newRow[row] = index;
    });
    let size = rows.length;
    for (const column of columns) size += this.stored(column, column + 1);
    const values = new Float32Array(size);
    const rowIndices = new Int32Array(size);
    const starts = new Int32Array(columns.length + 2);
    let at = 0;
    columns.forEach((column, index) => {
      for (let k = this.#starts[column]; k < this.#starts[column + 1]; k++) {
        const row = newRow[this.#rowIndices[k]];
        if (row < 0) continue;
        values[at] = this.#values[k];
        rowIndices[at++] = row;
      }
      starts[index + 1] = at;
    });
    for (let row = 0; row < rows.length; row++) {
      values[at] = 1;
      rowIndices[at++] = row;
    }
    starts[columns.length + 1] = at;
    return new SparseColumns(rows.length, columns.length + 1, values, rowIndices, starts);
  }
}

/**
 * Operations on a feature matrix; nothing is copied.
 * @throws EngineError 'bad-input' where the arrays do not have the sizes that rows and columns say
 */
export function openColumns(features: Features): Columns {
  const { rows, columns, values } = features;
  if (features.kind === 'dense') {
    if (values.length !== rows * columns) {
      throw new EngineError(
        'bad-input',
        `The feature matrix has ${values.length} values, but ${rows} rows of ${columns} features need ${rows * columns}; read it again from its source.`,
      );
    }
    return new DenseColumns(rows, columns, values);
  }
  const { rowIndices, starts } = features;
  let ascending = starts[0] === 0;
  for (let j = 0; j < columns && ascending; j++) ascending = starts[j] <= starts[j + 1];
  const inside = rowIndices.every((row) => row >= 0 && row < rows);
  const matching = starts.length === columns + 1 && starts[columns] === values.length;
  if (!ascending || !inside || !matching || rowIndices.length !== values.length) {
    throw new EngineError(
      'bad-input',
      `The sparse feature matrix is not one of ${rows} rows and ${columns} columns; read it again from its source.`,
    );
  }
  return new SparseColumns(rows, columns, values, rowIndices, starts);
}

/** A dense feature matrix from its rows, each [columns]. */
export function denseFeatures(rows: readonly ArrayLike<number>[]): DenseFeatures {
  const columns = rows.length === 0 ? 0 : rows[0].length;
  const values = new Float32Array(rows.length * columns);
  rows.forEach((row, i) => {
    for (let j = 0; j < columns; j++) values[j * rows.length + i] = row[j];
  });
  return { kind: 'dense', rows: rows.length, columns, values };
}
