import { useState } from 'react';
import { Button } from 'react-aria-components';
import { useStore } from 'zustand';
import { niceCeiling } from '../charts/colour-scale.ts';
import { formatCett } from '../charts/neuron-grid.ts';
import { Disclosure } from '../controls/Disclosure.tsx';
import { Tools } from '../controls/Tools.tsx';
import { useSession } from '../state/hooks.ts';
import type { DoseAnswer, DosePoint } from '../state/slices/dose.ts';
import { groupRange } from '../state/slices/steering.ts';
import { breakdownText } from './breakdown.ts';
import { flipSummary, flips } from './doseFlips.ts';

/** Part of the strip's width at a factor. */
function share(factor: number): number {
  const { min, max } = groupRange;
  return (factor - min) / (max - min);
}

/** Top of the axis, nats: the largest divergence of the set or the random control, and no less than a tenth. */
function axisTop(points: readonly DosePoint[]): number {
  const values = points.flatMap(({ divergence, control }) => [divergence ?? 0, control?.divergence ?? 0]);
  return niceCeiling(Math.max(0.1, ...values.filter(Number.isFinite)));
}

function spokenAnswer({ differs, divergence, breakdown }: DoseAnswer): string {
  const parts = [
    differs ? 'another answer' : 'the answer as trained',
    divergence !== undefined && `prediction moved by ${formatCett(divergence)} nats`,
    breakdown && breakdownText(breakdown),
  ];
  return parts.filter(Boolean).join(', ');
}

function spoken(point: DosePoint): string {
  const { factor, control } = point;
  return `Scale ${factor}, ${spokenAnswer(point)}${control ? `; random neurons: ${spokenAnswer(control)}` : ''}`;
}

/** Answers at nine factors of the main slider, beside those of random neurons, before one moves there. */
export function DoseStrip() {
  const session = useSession();
  const { stores } = session;
  const { status, points, error } = useStore(stores.dose);
  const present = useStore(stores.steering, ({ groups }) => groups[0]?.factor);
  const running = useStore(stores.run, (run) => run.status === 'running');
  const [looked, setLooked] = useState<number>();
  if (status === 'none') return null;
  const max = axisTop(points);
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
      </div>
      {points.length > 0 && (
        <p className="dose-axis muted">
          How far the prediction moves (KL divergence), 0 to {max} nats. <span className="dose-key" /> these
          neurons <span className="dose-key dose-key-random" /> random ones; filled: another answer
        </p>
      )}
      <div className="dose-strip" data-status={status} onPointerLeave={() => setLooked(undefined)}>
        <Tools label="Strengths">
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
            const middle = (share(point.factor) - left) / (right - left);
            return (
              <button
                key={point.factor}
                type="button"
                className="dose-point"
                data-present={point.factor === present}
                aria-label={spoken(point)}
                style={{ left: `${100 * left}%`, width: `${100 * (right - left)}%` }}
                onPointerEnter={() => setLooked(point.factor)}
                onFocus={() => setLooked(point.factor)}
                onBlur={() => setLooked(undefined)}
                onClick={() => session.goToDose(point.factor)}
              >
                {point.control && <DoseMark answer={point.control} kind="random" x={middle} max={max} />}
                <DoseMark answer={point} kind="own" x={middle} max={max} />
              </button>
            );
          })}
        </Tools>
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
          <Disclosure title="The nine answers as a list">{() => <DoseList points={points} />}</Disclosure>
        </>
      )}
    </section>
  );
}

interface MarkProps {
  readonly answer: DoseAnswer;
  readonly kind: 'own' | 'random';
  /** Place in its button, 0 to 1. */
  readonly x: number;
  readonly max: number;
}

function DoseMark({ answer: { differs, divergence = 0, breakdown }, kind, x, max }: MarkProps) {
  return (
    <span
      className={`dose-mark dose-mark-${kind}`}
      data-differs={differs}
      data-broken={breakdown !== undefined}
      style={{ left: `${100 * x}%`, bottom: `${(100 * Math.min(max, divergence)) / max}%` }}
    />
  );
}

function DoseList({ points }: { readonly points: readonly DosePoint[] }) {
  const session = useSession();
  return (
    <ul className="dose-list">
      {points.map((point) => (
        <li key={point.factor}>
          <Button className="button-plain" onPress={() => session.goToDose(point.factor)}>
            {spoken(point)}
          </Button>
          <bdi>{point.text}</bdi>
          {point.control && (
            <p className="dose-random">
              Random neurons: <bdi>{point.control.text}</bdi>
            </p>
          )}
        </li>
      ))}
    </ul>
  );
}
