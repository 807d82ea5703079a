/** Distributions of a reference lane, so that other lanes, also of later requests, can be compared with them. */
export interface DistributionStore {
  /** Keeps log-probabilities of the token at `index` of an answer. */
  put(run: number, lane: number, index: number, logits: Float32Array, logZ: number): void;
  /** Kullback-Leibler divergence of the given distribution from the kept one, nats; undefined where none is kept. */
  divergence(
    run: number,
    lane: number,
    index: number,
    logits: Float32Array,
    logZ: number,
  ): number | undefined;
  clear(): void;
}

/** D(P || Q) = sum p (log p - log q) over all tokens; tiny negative sums from rounding become 0. */
export function klDivergence(logits: Float32Array, logZ: number, reference: Float32Array): number {
  let sum = 0;
  for (let id = 0; id < logits.length; id++) {
    const logprob = logits[id] - logZ;
    const p = Math.exp(logprob);
    if (p > 0) sum += p * (logprob - reference[id]);
  }
  return Math.max(0, sum);
}

/** @param limit bytes kept at most; the oldest distributions go first */
export function distributionStore(limit: number): DistributionStore {
  const kept = new Map<string, Float32Array>();
  let bytes = 0;
  const keyOf = (run: number, lane: number, index: number) => `${run}/${lane}/${index}`;
  return {
    put(run, lane, index, logits, logZ) {
      const logprobs = logits.map((logit) => logit - logZ);
      kept.set(keyOf(run, lane, index), logprobs);
      bytes += logprobs.byteLength;
      for (const [key, values] of kept) {
        if (bytes <= limit) break;
        kept.delete(key);
        bytes -= values.byteLength;
      }
    },
    divergence(run, lane, index, logits, logZ) {
      const reference = kept.get(keyOf(run, lane, index));
      return reference && klDivergence(logits, logZ, reference);
    },
    clear() {
      kept.clear();
      bytes = 0;
    },
  };
}
