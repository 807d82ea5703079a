/**
 * Graph input, float32 [1, 1, tokens, total positions], that is added to the scores of attention: 0 where a token sees a
 * position. With `position_ids` it lets one run read texts that branch off a trunk.
 */
export const BRANCH_BIAS = 'branch_bias';

/**
 * Graph input, float32 [1, 1, tokens, total positions], that is added to the scores of attention where the operator hides
 * nothing by itself: 0 where a token sees a position, its own and those before it, of other branches none.
 */
export const CAUSAL_BIAS = 'causal_bias';

/** Graph input, int64 [total positions]: positions of all keys, for layers with a window. */
export const KEY_POSITIONS = 'key_positions';

/** Added to a score, it leaves no weight. */
export const HIDDEN = -1e30;
