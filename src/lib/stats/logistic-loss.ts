/** Loss, residuals and curvature of logistic regression at given scores. */
export interface LossState {
  /** sum of weight * log(1 + exp(-sign * score)). */
  loss: number;
  /** [rows] 1 - probability of the row's own class, in (0, 1). */
  readonly doubt: Float64Array;
  /** [rows] derivative of the loss in the score: -weight * sign * doubt. */
  readonly residual: Float64Array;
  /** [rows] second derivative: weight * doubt * (1 - doubt). */
  readonly curvature: Float64Array;
}

export function createLossState(rows: number): LossState {
  return {
    loss: 0,
    doubt: new Float64Array(rows),
    residual: new Float64Array(rows),
    curvature: new Float64Array(rows),
  };
}

/** sum of weight * log(1 + exp(-sign * score)), without overflow. */
export function logisticLoss(scores: Float64Array, signs: Float64Array, weights: Float64Array): number {
  let loss = 0;
  for (let i = 0; i < scores.length; i++) {
    const margin = signs[i] * scores[i];
    loss += weights[i] * (Math.log1p(Math.exp(-Math.abs(margin))) + Math.max(0, -margin));
  }
  return loss;
}

/** Fills `state` at the scores [rows]. */
export function updateLossState(
  state: LossState,
  scores: Float64Array,
  signs: Float64Array,
  weights: Float64Array,
): void {
  let loss = 0;
  for (let i = 0; i < scores.length; i++) {
    const margin = signs[i] * scores[i];
    const small = Math.exp(-Math.abs(margin));
    const doubt = (margin > 0 ? small : 1) / (1 + small);
    loss += weights[i] * (Math.log1p(small) + Math.max(0, -margin));
    state.doubt[i] = doubt;
    state.residual[i] = -weights[i] * signs[i] * doubt;
    state.curvature[i] = (weights[i] * small) / ((1 + small) * (1 + small));
  }
  state.loss = loss;
}

/**
 * Value of the dual of L1 logistic regression at weight * C * doubt, shrunk until it is feasible: a lower bound of the
 * objective C * loss + L1 norm. With a = shrink * doubt it is
 * -C * sum of weight * (a log a + (1 - a) log(1 - a)) (Yuan, Ho and Lin, JMLR 13, 2012, section 2).
 * @param steepest largest |C * derivative of the loss| over the penalised weights, so that shrink = 1 / max(1, steepest)
 */
export function dualObjective(state: LossState, weights: Float64Array, C: number, steepest: number): number {
  const shrink = 1 / Math.max(1, steepest);
  let entropy = 0;
  for (let i = 0; i < weights.length; i++) {
    const a = shrink * state.doubt[i];
    if (a > 0 && a < 1) entropy -= weights[i] * (a * Math.log(a) + (1 - a) * Math.log1p(-a));
  }
  return C * entropy;
}
