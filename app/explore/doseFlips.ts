import type { DoseAnswer, DosePoint } from './state/slices/dose.ts';

/** Finds the scales at which the answer flips: halfway between neighbours of which one has the answer as trained and the other has not. */
export function flips(points: readonly DosePoint[]): number[] {
  return points.slice(1).flatMap((point, i) => {
    const before = points[i]!;
    return point.differs === before.differs ? [] : [(point.factor + before.factor) / 2];
  });
}

const times = (factor: number) => `×\u00a0${factor}`;

/** The nearest factors below and above 1 at which an answer is not that of the model as trained. */
function changes(
  points: readonly DosePoint[],
  answer: (point: DosePoint) => DoseAnswer | undefined,
): string[] {
  const differs = (point: DosePoint) => answer(point)?.differs === true;
  const below = points.findLast((point) => point.factor < 1 && differs(point));
  const above = points.find((point) => point.factor > 1 && differs(point));
  return [below, above].flatMap((point) => (point ? [times(point.factor)] : []));
}

/** Says in a sentence each how the answer changes along the slider and how random neurons change it. */
export function flipSummary(points: readonly DosePoint[]): string {
  const own = changes(points, (point) => point);
  const random = changes(points, ({ control }) => control);
  const range = `from ${times(points[0]?.factor ?? 0)} to ${times(points.at(-1)?.factor ?? 0)}`;
  const first =
    own.length > 0 ? `The answer changes at ${own.join(' and at ')}.` : `The answer stays the same ${range}.`;
  if (!points.some(({ control }) => control)) return first;
  const second =
    random.length > 0
      ? `Random neurons change it at ${random.join(' and at ')}.`
      : `Random neurons do not change it ${range}.`;
  return `${first} ${second}`;
}
