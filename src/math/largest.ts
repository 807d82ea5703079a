/**
 * Indices of the `k` largest values, largest first, of equal ones the lower index first; NaN and -Infinity are left
 * out, so there may be fewer. A heap of `k` entries: the rest of a vocabulary is only compared with its root.
 */
export function largestIndices(values: Float32Array, k: number): Int32Array {
  const heap = new Int32Array(Math.max(0, Math.min(k, values.length)));
  let size = 0;
  const worse = (a: number, b: number) => values[a] < values[b] || (values[a] === values[b] && a > b);

  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (size < heap.length) {
      if (value > Number.NEGATIVE_INFINITY) {
        let at = size++;
        while (at > 0) {
          const parent = (at - 1) >> 1;
          if (!worse(i, heap[parent])) {
            break;
          }
          heap[at] = heap[parent];
          at = parent;
        }
        heap[at] = i;
      }
    } else if (size > 0 && value > values[heap[0]]) {
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= size) {
          break;
        }
        if (child + 1 < size && worse(heap[child + 1], heap[child])) {
          child++;
        }
        if (!worse(heap[child], i)) {
          break;
        }
        heap[at] = heap[child];
        at = child;
      }
      heap[at] = i;
    }
  }
  return heap.subarray(0, size).sort((a, b) => values[b] - values[a] || a - b);
}
