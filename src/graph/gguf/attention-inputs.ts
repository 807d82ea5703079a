/** What both operators of attention take, by name. */
export interface AttentionInputs {
  /** Holds keys and values, too, where these are empty. */
  readonly query: string;
  readonly key: string;
  readonly value: string;
  readonly past: readonly string[];
  readonly present: readonly string[];
  /** Cosines and sines. */
  readonly tables: readonly [string, string];
  /** Positions that a token sees, where these are not all. */
  readonly window: number | undefined;
}
