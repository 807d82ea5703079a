/** Finaliser of MurmurHash3: a bijection of 32-bit integers whose output bits depend on all input bits. */
function mix32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const golden = 0x9e3779b9;

/** Both halves of an integer of up to 53 bits, as 32-bit integers. */
function halves(value: number): [low: number, high: number] {
  return [value >>> 0, Math.floor(value / 2 ** 32) >>> 0];
}

/** A seed of 32 bits from a seed and any integers (question, sample, lane, ...): their order and number matter. */
export function deriveSeed(seed: number, ...ints: readonly number[]): number {
  let h = 0;
  for (const value of [seed, ...ints]) {
    for (const half of halves(value)) {
      h = mix32(h + golden + mix32(half));
    }
  }
  return h;
}

/**
 * Uniform numbers in [0, 1), multiples of 2^-32: Chris Doty-Humphrey's sfc32, its state filled from the seed
 * by a splitmix generator of 32 bits. Not for secrets.
 * @param seed an integer; the same seed gives the same numbers
 */
export function createRandom(seed: number): () => number {
  const [low, high] = halves(seed);
  let state = low ^ mix32(high);
  const split = () => {
    state = (state + golden) | 0;
    return mix32(state);
  };
  let a = split();
  let b = split();
  let c = split();
  let counter = 1;
  const next = () => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 2 ** 32;
  };
  for (let i = 0; i < 12; i++) {
    next();
  }
  return next;
}

/** A uniform integer in [0, n). */
export function randomInt(random: () => number, n: number): number {
  return Math.floor(random() * n);
}
