import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { niceCeiling } from '../charts/colour-scale.ts';
import { Disclosure } from '../controls/Disclosure.tsx';
import { useSession } from '../state/hooks.ts';
import { formatScore } from '../state/score.ts';
import type { DosePoint, DoseState } from '../state/slices/dose.ts';
import { groupRange } from '../state/slices/steering.ts';
import { breakdownText } from './breakdown.ts';

/** Part of the strip's width at a factor. */
function share(factor: number): number {
  const { min, max } = groupRange;
  return (factor - min) / (max - min);
}

/** Top of the scores' axis. */
function scoreMaximum({ points, kind }: DoseState): number {
  if (kind === 'probability') return 1;
  return (
    niceCeiling(Math.max(0, ...points.map(({ score = 0 }) => (Number.isFinite(score) ? score : 0)))) || 1
  );
}

/** Where the answer flips: halfway between neighbours of which one has the answer of factor 1 and the other has not. */
export function flips(points: readonly DosePoint[]): number[] {
  return points.slice(1).flatMap((point, i) => {
    const before = points[i]!;
    return point.differs === before.differs ? [] : [(point.factor + before.factor) / 2];
  });
}

/** The nearest factors at which the answer is not that of factor 1, in a sentence. */
export function flipSummary(points: readonly DosePoint[]): string {
  const one = points.findIndex(({ factor }) => factor === 1);
  const below = points.slice(0, one).findLast(({ differs }) => differs);
  const above = points.slice(one + 1).find(({ differs }) => differs);
  const times = (factor: number) => `×\u00a0${factor}`;
  if (!below && !above) return `The answer stays the same from ${times(0)} to ${times(3)}.`;
  if (!below) return `The answer changes at ${times(above!.factor)}.`;
  if (!above) return `The answer changes at ${times(below.factor)}.`;
  return `The answer changes at ${times(below.factor)} and at ${times(above.factor)}.`;
}

function spoken(point: DosePoint, kind: DoseState['kind']): string {
  const parts = [
    `Scale ${point.factor}`,
    point.score !== undefined && `score ${formatScore(point.score, kind)}`,
    point.factor !== 1 && (point.differs ? 'another answer' : 'the answer of scale 1'),
    point.breakdown && breakdownText(point.breakdown),
  ];
  return parts.filter(Boolean).join(', ');
}

/** Answer and score at nine factors of the main slider, before one moves there. */
export function DoseStrip() {
  const session = useSession();
  const { stores } = session;
  const state = useStore(stores.dose);
  const present = useStore(stores.steering, ({ groups }) => groups[0]?.factor);
  const running = useStore(stores.run, ({ status }) => status === 'running');
  const [looked, setLooked] = useState<number>();
  const { status, points, kind, error } = state;
  if (status === 'none') return null;
  const max = scoreMaximum(state);
  const shown =
    points.find(({ factor }) => factor === looked) ?? points.find(({ factor }) => factor === present);
  return (
    <section className="dose" aria-label="Doses">
      <div className="dose-head">
        <span>The answer at nine strengths</span>
        {status !== 'done' && (
          <Button
            className="button-plain"
            isDisabled={status === 'running' || running}
            onPress={session.showDoses}
          >
            {status === 'running' ? 'Answering…' : 'Show them'}
          </Button>
        )}
        {points.length > 0 && <span className="muted">score 0 to {formatScore(max, kind)}</span>}
      </div>
      <div className="dose-strip" data-status={status} onPointerLeave={() => setLooked(undefined)}>
        {flips(points).map((factor) => (
          <span
            key={factor}
            className="dose-flip"
            style={{ left: `${100 * share(factor)}%` }}
            aria-hidden="true"
          />
        ))}
        {points.map((point, i) => {
          const left = i === 0 ? 0 : (share(points[i - 1]!.factor) + share(point.factor)) / 2;
          const right =
            i === points.length - 1 ? 1 : (share(points[i + 1]!.factor) + share(point.factor)) / 2;
          return (
            <button
              key={point.factor}
              type="button"
              className="dose-point"
              data-differs={point.differs}
              data-broken={point.breakdown !== undefined}
              data-present={point.factor === present}
              aria-label={spoken(point, kind)}
              style={{ left: `${100 * left}%`, width: `${100 * (right - left)}%` }}
              onPointerEnter={() => setLooked(point.factor)}
              onFocus={() => setLooked(point.factor)}
              onBlur={() => setLooked(undefined)}
              onClick={() => session.goToDose(point.factor)}
            >
              <span
                className="dose-mark"
                style={{
                  left: `${(100 * (share(point.factor) - left)) / (right - left)}%`,
                  bottom: `${(100 * Math.min(max, point.score ?? 0)) / max}%`,
                }}
              />
            </button>
          );
        })}
      </div>
      {error && (
        <p className="message" role="alert">
          {error}
        </p>
      )}
      {points.length > 0 && (
        <>
          <p>{flipSummary(points)}</p>
          <p className="dose-text">
            {shown && (
              <>
                <b>× {shown.factor}</b>{' '}
                {shown.breakdown && <span className="dose-broken">{breakdownText(shown.breakdown)} </span>}
                <bdi>{shown.text}</bdi>
              </>
            )}
          </p>
          <Disclosure title="The nine answers as a list">{() => <DoseList state={state} />}</Disclosure>
        </>
      )}
    </section>
  );
}

function DoseList({ state: { points, kind } }: { readonly state: DoseState }) {
  const session = useSession();
  return (
    <ul className="dose-list">
      {points.map((point) => (
        <li key={point.factor}>
          <Button className="button-plain" onPress={() => session.goToDose(point.factor)}>
            {spoken(point, kind)}
          </Button>
          <bdi>{point.text}</bdi>
        </li>
      ))}
    </ul>
  );
}
