interface KeptDistribution {
  /** Token that was drawn. */
  readonly id: number;
  /** Natural logarithms of all tokens' probabilities, [vocabulary]. */
  readonly logprobs: Float32Array;
}

interface Drawn {
  readonly logits: Float32Array;
  readonly logZ: number;
}

/** Distributions of a reference lane, so that other lanes, also of later requests, can be compared with them. */
export interface DistributionStore {
  /** Keeps the log-probabilities that the token at `index` of an answer was drawn from, and which one it was. */
  put(run: number, lane: number, index: number, kept: Omit<KeptDistribution, 'logprobs'> & Drawn): void;
  /** What was kept; undefined where it is not. */
  get(run: number, lane: number, index: number): KeptDistribution | undefined;
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
  const kept = new Map<string, KeptDistribution>();
  let bytes = 0;
  const keyOf = (run: number, lane: number, index: number) => `${run}/${lane}/${index}`;
  return {
    put(run, lane, index, { id, logits, logZ }) {
      const logprobs = logits.map((logit) => logit - logZ);
      kept.set(keyOf(run, lane, index), { id, logprobs });
      bytes += logprobs.byteLength;
      for (const [key, oldest] of kept) {
        if (bytes <= limit) break;
        kept.delete(key);
        bytes -= oldest.logprobs.byteLength;
      }
    },
    get: (run, lane, index) => kept.get(keyOf(run, lane, index)),
    clear() {
      kept.clear();
      bytes = 0;
    },
  };
}
