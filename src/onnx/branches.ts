/**
 * Graph input, float32 [1, 1, tokens, total positions], that is added to the scores of attention: 0 where a token sees a
 * position. With `position_ids` it lets one run read texts that branch off a trunk.
 */
export const BRANCH_BIAS = 'branch_bias';
