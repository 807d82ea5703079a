import { EngineError } from '../lib/errors.ts';

/** Factors that a neuron may be scaled by; 1 is neutral. The page offers a part of this range. */
const factorRange = { min: -5, max: 5 } as const;

/** Refuses NaN, -0 and factors out of range by an EngineError 'bad-input'; `what` names the neuron or set. */
export function checkFactor(factor: number, what: string): void {
  const { min, max } = factorRange;
  if (Object.is(factor, -0)) {
    throw new EngineError('bad-input', `The factor of ${what} is -0; write 0.`);
  }
  if (!(factor >= min && factor <= max)) {
    throw new EngineError(
      'bad-input',
      `The factor of ${what} must be from ${min} to ${max}, but it is ${factor}.`,
    );
  }
}
