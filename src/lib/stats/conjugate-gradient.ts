/**
 * Solves A x = b for a symmetric positive definite A by conjugate gradients, from x as given, which is changed in place.
 * Ends once the residual's norm is at most `tolerance` times that of b, or after `limit` steps.
 * @param multiply fills out with A v
 * @param inverseDiagonal of A, the preconditioner
 */
export async function conjugateGradient(
  multiply: (v: Float64Array, out: Float64Array) => void | Promise<void>,
  b: Float64Array,
  x: Float64Array,
  inverseDiagonal: Float64Array,
  { tolerance, limit }: { readonly tolerance: number; readonly limit: number },
): Promise<void> {
  const size = b.length;
  const dot = (a: Float64Array, c: Float64Array) => {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += a[j] * c[j];
    return sum;
  };
  const residual = new Float64Array(size);
  const product = new Float64Array(size);
  await multiply(x, product);
  for (let j = 0; j < size; j++) residual[j] = b[j] - product[j];
  const scaled = residual.map((value, j) => value * inverseDiagonal[j]);
  const direction = scaled.slice();
  const small = tolerance * tolerance * dot(b, b);
  let along = dot(residual, scaled);
  for (let step = 0; step < limit && dot(residual, residual) > small; step++) {
    await multiply(direction, product);
    const bend = dot(direction, product);
    if (!(bend > 0)) return;
    const length = along / bend;
    for (let j = 0; j < size; j++) {
      x[j] += length * direction[j];
      residual[j] -= length * product[j];
      scaled[j] = residual[j] * inverseDiagonal[j];
    }
    const next = dot(residual, scaled);
    for (let j = 0; j < size; j++) direction[j] = scaled[j] + (next / along) * direction[j];
    along = next;
  }
}
