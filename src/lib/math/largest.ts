/** Values of a block whose largest stands for it. */
const BLOCK = 64;

/** The largest value of each block; -Infinity where a block has none. */
function blockMaxima(values: Float32Array): Float32Array {
  const maxima = new Float32Array(Math.ceil(values.length / BLOCK));
  for (let block = 0; block < maxima.length; block++) {
    const end = Math.min(values.length, (block + 1) * BLOCK);
    let max = Number.NEGATIVE_INFINITY;
    for (let i = block * BLOCK; i < end; i++) if (values[i] > max) max = values[i];
    maxima[block] = max;
  }
  return maxima;
}

/**
 * Indices of the `k` largest values, largest first, of equal ones the lower index first; NaN and -Infinity are left
 * out, so there may be fewer. Of a whole vocabulary only blocks are looked into whose maximum is among the `k` largest.
 */
export function largestIndices(values: Float32Array, k: number): Int32Array {
  if (values.length < 4 * BLOCK * k) return heapLargest(values, k);
  const maxima = blockMaxima(values);
  const blocks = heapLargest(maxima, k);
  if (blocks.length < k || k < 1) return heapLargest(values, k);
  const least = maxima[blocks[k - 1]];
  const candidates: number[] = [];
  for (let block = 0; block < maxima.length; block++) {
    if (!(maxima[block] >= least)) continue;
    const end = Math.min(values.length, (block + 1) * BLOCK);
    for (let i = block * BLOCK; i < end; i++) if (values[i] >= least) candidates.push(i);
  }
  return Int32Array.from(candidates.sort((a, b) => values[b] - values[a] || a - b).slice(0, k));
}

/** A heap of `k` entries: the other values are only compared with its root. */
function heapLargest(values: Float32Array, k: number): Int32Array {
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
